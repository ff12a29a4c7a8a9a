//! Answers that take longer than a key may: found on a thread of its own, to the newest question alone.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::commands::STACK;

/// The answer to the question that was asked last, once it is found.
pub struct Newest<Q, A> {
    shared: Arc<(Mutex<State<Q, A>>, Condvar)>,
}

struct State<Q, A> {
    found: Option<(Q, A)>,
    /// What is asked next, and how it is answered.
    wanted: Option<(Q, Find<Q, A>)>,
    /// The question that a thread is at work on.
    at_work: Option<Q>,
}

type Find<Q, A> = Box<dyn FnOnce(&Q) -> A + Send>;

impl<Q, A> Default for Newest<Q, A> {
    fn default() -> Self {
        let state = State { found: None, wanted: None, at_work: None };
        Self { shared: Arc::new((Mutex::new(state), Condvar::new())) }
    }
}

impl<Q: Clone + PartialEq + Send + 'static, A: Clone + Send + 'static> Newest<Q, A> {
    /// Asks, unless that is asked already. Gives the answer, if it is there or comes before the patience ends.
    pub fn ask(
        &self,
        question: Q,
        patience: Duration,
        find: impl FnOnce(&Q) -> A + Send + 'static,
    ) -> Result<A, Q> {
        let mut state = self.lock();
        if let Some(answer) = state.answer_to(&question) {
            return Ok(answer);
        }
        match &state.at_work {
            None => self.begin(&mut state, question.clone(), find),
            // What was asked meanwhile is not the newest question any more.
            Some(at_work) if *at_work == question => state.wanted = None,
            Some(_) => state.wanted = Some((question.clone(), Box::new(find))),
        }
        let until = Instant::now() + patience;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            state = self.shared.1.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            if let Some(answer) = state.answer_to(&question) {
                return Ok(answer);
            }
        }
        Err(question)
    }

    fn begin(&self, state: &mut State<Q, A>, question: Q, find: impl FnOnce(&Q) -> A + Send + 'static) {
        let shared = self.shared.clone();
        let first = (question.clone(), Box::new(find) as Find<Q, A>);
        let thread = std::thread::Builder::new().name("newest".to_owned()).stack_size(STACK);
        // Without the thread there is no answer.
        state.at_work = thread.spawn(move || work(&shared, first)).is_ok().then_some(question);
    }

    /// What `read` makes of the question and answer that were found last.
    pub fn last<T>(&self, read: impl FnOnce(&Q, &A) -> T) -> Option<T> {
        self.lock().found.as_ref().map(|(question, answer)| read(question, answer))
    }

    /// Forgets what was found.
    pub fn forget(&self) {
        self.lock().found = None;
    }

    fn lock(&self) -> MutexGuard<'_, State<Q, A>> {
        locked(&self.shared.0)
    }
}

impl<Q: PartialEq, A: Clone> State<Q, A> {
    fn answer_to(&self, question: &Q) -> Option<A> {
        self.found.as_ref().filter(|(found, _)| found == question).map(|(_, answer)| answer.clone())
    }
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work<Q: Clone, A>(shared: &(Mutex<State<Q, A>>, Condvar), first: (Q, Find<Q, A>)) {
    let _ends = Ends(&shared.0);
    let mut next = Some(first);
    while let Some((question, find)) = next {
        let answer = find(&question);
        let mut state = locked(&shared.0);
        state.found = Some((question, answer));
        next = state.wanted.take();
        state.at_work = next.as_ref().map(|(question, _)| question.clone());
        shared.1.notify_all();
    }
}

/// Lets another thread begin after one that has panicked.
struct Ends<'s, Q, A>(&'s Mutex<State<Q, A>>);

impl<Q, A> Drop for Ends<'_, Q, A> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            locked(self.0).at_work = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn the_newest_question_is_answered_and_what_nobody_waits_for_is_left_out() {
        let newest: Newest<u32, u32> = Newest::default();
        assert_eq!(newest.ask(1, LONG, |question| question + 10), Ok(11));
        let (go_on, wait) = channel::<()>();
        let slow = move |question: &u32| {
            let _ = wait.recv();
            question + 20
        };
        assert_eq!(newest.ask(2, Duration::ZERO, slow), Err(2));
        assert_eq!(newest.last(|question, answer| (*question, *answer)), Some((1, 11)));
        // While the second is found out, the third takes the place of those behind it.
        assert_eq!(newest.ask(3, Duration::ZERO, |_| unreachable!("the fourth came")), Err(3));
        let fourth = || newest.ask(4, LONG, |question| question + 40);
        drop(go_on);
        assert_eq!(fourth(), Ok(44));
        newest.forget();
        assert_eq!(newest.last(|_, _| ()), None);
    }
}
