-- SPDX-License-Identifier: Apache-2.0
-- Neutron binds a port where an agent is alive. No agent runs here: these rows say that the simulated host has them.
USE neutron;
INSERT IGNORE INTO agents
    (id, agent_type, `binary`, topic, host, admin_state_up, created_at, started_at, heartbeat_timestamp, configurations, `load`)
VALUES
    ('7d3c8a5e-5d3b-4bd1-9f0a-0c5a4f1b2e01', 'Open vSwitch agent', 'neutron-openvswitch-agent', 'N/A', '${host}', 1,
     UTC_TIMESTAMP(), UTC_TIMESTAMP(), '2037-01-01',
     '{"bridge_mappings": {"physnet1": "br-physnet1"}, "tunnel_types": ["vxlan"], "tunneling_ip": "127.0.0.1", "datapath_type": "system", "ovs_hybrid_plug": false}', 0),
    ('7d3c8a5e-5d3b-4bd1-9f0a-0c5a4f1b2e02', 'NIC Switch agent', 'neutron-sriov-nic-agent', 'N/A', '${host}', 1,
     UTC_TIMESTAMP(), UTC_TIMESTAMP(), '2037-01-01',
     '{"device_mappings": {"physnet1": ["${interface}"]}}', 0);
