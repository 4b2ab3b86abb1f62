//! Threads: those that parse, which need deep stacks, and whether there are as many as a walk wants.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::{Error, lock};
use crate::language;

/// Parsers recurse as deep as a text nests; the deepest they are given fits in this many bytes of stack.
const STACK_SIZE: usize = 64 * 1024 * 1024;

/// How many threads there are at most if nobody says how many, and how many walk: to open files on more is no faster.
const MOST_THREADS: usize = 12;

/// How many threads are meant by a number of them, of which 0 is as many as there are processors.
fn number(threads: usize) -> usize {
    match threads {
        0 => thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS),
        threads => threads,
    }
}

/// How many threads a walk can have: as many as are wanted, or one where not all of them start, which is found out by starting
/// them for a moment. The walker cannot be told of one that does not start, and waits for it.
///
/// # Errors
/// [`Error::Threads`] if the machine gives none.
pub(super) fn reserve(threads: usize) -> Result<usize, Error> {
    let wanted = number(threads).min(MOST_THREADS);
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let _closed = lock(&gate);
        let start = || thread::Builder::new().spawn_scoped(scope, || drop(lock(&gate)));
        start().map_err(refused)?;
        // To take as many as started would be to count on the last byte.
        Ok(if (1..wanted).all(|_| start().is_ok()) { wanted } else { 1 })
    })
}

fn refused(error: io::Error) -> Error {
    Error::Threads(error.to_string())
}

/// Does `work` with each item that `feed` hands on, on threads of their own, one at least and no more than there are items, nor
/// than processors if `threads` is 0. They wait without turning, so that they take nothing from those that read.
pub(super) fn in_parallel<T: Send>(
    threads: usize,
    work: impl Fn(T) + Sync,
    feed: impl FnOnce(&(dyn Fn(T) + Sync)) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = number(threads);
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let worker = || {
        language::set_stack(STACK_SIZE);
        loop {
            let next = lock(&receiver).recv();
            let Ok(item) = next else { break };
            work(item);
        }
    };
    thread::scope(|scope| {
        // It ends with this closure, and with it the threads.
        let sender = sender;
        let start = || thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, worker);
        // Before anything else takes the memory: it does the work of those that cannot be started.
        start().map_err(refused)?;
        let (items, started) = (AtomicUsize::new(0), AtomicUsize::new(1));
        feed(&|item| {
            drop(sender.send(item));
            let items = items.fetch_add(1, Ordering::Relaxed) + 1;
            let is_wanted = |started: usize| (started < items.min(threads)).then_some(started + 1);
            if started.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_wanted).is_ok() {
                drop(start());
            }
        })
    })
}

/// What `work` makes of each item, in no particular order, on threads as those of [`in_parallel`].
pub(super) fn map_in_parallel<T: Send, R: Send>(
    threads: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Result<Vec<R>, Error> {
    let mut items = items.into_iter().peekable();
    if items.peek().is_none() {
        return Ok(Vec::new());
    }
    let done = Mutex::new(Vec::new());
    let work = |item| {
        let result = work(item);
        lock(&done).push(result);
    };
    in_parallel(threads, work, |hand_on| {
        items.for_each(hand_on);
        Ok(())
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Does something on the threads of a pool, which is made for it.
pub(super) fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_SIZE)
        .start_handler(|_| language::set_stack(STACK_SIZE))
        .build()
        .map_err(|error| Error::Threads(error.to_string()))?;
    Ok(pool.install(work))
}
