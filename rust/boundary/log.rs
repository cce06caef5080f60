// SPDX-License-Identifier: Apache-2.0
//! Log records of the core wait here until a Python thread fetches them: a native thread that calls into
//! Python's logging leaks file descriptors under eventlet.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Records kept at most; the oldest go first.
const CAPACITY: usize = 1000;

/// Level (as Python's logging counts), logger below the package's own, message.
pub type Record = (i32, String, String);

static QUEUE: Mutex<VecDeque<Record>> = Mutex::new(VecDeque::new());
static INSTALL: Once = Once::new();

/// Makes the core's events go to the queue. Done once in a process.
pub fn install() {
    INSTALL.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Queue);
        // Another subscriber can only be there in a program that is not Magnum; it then has the events.
        let _ = tracing::subscriber::set_global_default(subscriber);
    });
}

/// Takes all records out.
pub fn drain() -> Vec<Record> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
}

struct Queue;

impl<S: Subscriber> Layer<S> for Queue {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        let own = metadata.target().starts_with("magnum_capi_rdma");
        if *metadata.level() > if own { Level::DEBUG } else { Level::WARN } {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        let mut queue = QUEUE.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() == CAPACITY {
            queue.pop_front();
        }
        let module = metadata.target().strip_prefix("magnum_capi_rdma::").unwrap_or(metadata.target());
        queue.push_back((python_level(*metadata.level()), module.replace("::", "."), text.0));
    }
}

const fn python_level(level: Level) -> i32 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG | Level::TRACE => 10,
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let separator = if self.0.is_empty() { "" } else { " " };
        let _ = match field.name() {
            "message" => write!(self.0, "{separator}{value:?}"),
            name => write!(self.0, "{separator}{name}={value:?}"),
        };
    }
}
