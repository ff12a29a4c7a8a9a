//! Threads, and work on a fixed list of items spread over them.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::query::locked;

/// Stack of a worker, in bytes. Expressions are evaluated recursively, and the parser lets them be thousands of levels
/// deep; memory that is not touched costs nothing.
const STACK_SIZE: usize = 256 << 20;

/// Starts a worker. `None` where the system has no thread to give: the others then do its work.
pub(crate) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, T>> {
    Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, work).ok()
}

/// `f` of each item, in their order.
pub(crate) fn map<T: Send, R: Send>(threads: usize, items: Vec<T>, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    let workers = threads.min(items.len());
    if workers <= 1 {
        return items.into_iter().map(f).collect();
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let work = || {
        let mut done = Vec::new();
        loop {
            let taken = locked(&queue).next();
            match taken {
                Some((index, item)) => done.push((index, f(item))),
                None => return done,
            }
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers).filter_map(|_| spawn(scope, work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
