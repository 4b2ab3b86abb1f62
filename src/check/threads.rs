//! Threads: those that parse, which need deep stacks, and whether there are as many as a walk wants.

use std::io;
use std::num::NonZero;
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

/// Makes sure that a walk gets its threads and somebody to hand files on to, by starting them for a moment: the walker cannot
/// be told of a thread that does not start, and waits for it. Gives how many threads the walk is to have.
///
/// # Errors
/// [`Error::Threads`] if the machine does not give so many.
pub(super) fn reserve(threads: usize) -> Result<usize, Error> {
    let threads = number(threads).min(MOST_THREADS);
    let gate = Mutex::new(());
    let wait = || drop(lock(&gate));
    thread::scope(|scope| {
        let _closed = lock(&gate);
        let start = |builder: thread::Builder| {
            builder.spawn_scoped(scope, wait).map(drop).map_err(|error| Error::Threads(error.to_string()))
        };
        start(thread::Builder::new().stack_size(STACK_SIZE))?;
        (0..threads).try_for_each(|_| start(thread::Builder::new()))
    })?;
    Ok(threads)
}

/// Does `work` with each item that `feed` hands on, on threads of their own, no more than there are items, nor than
/// processors if `threads` is 0. They wait without turning, so that they take nothing from those that read.
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
    let started: Mutex<Vec<io::Result<()>>> = Mutex::default();
    let fed = thread::scope(|scope| {
        // It ends with this closure, and with it the threads.
        let sender = sender;
        feed(&|item| {
            drop(sender.send(item));
            let mut started = lock(&started);
            if started.len() < threads {
                let spawned = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, worker);
                started.push(spawned.map(drop));
            }
        })
    });
    // One that could be started does the work of those that could not.
    let started = started.into_inner().unwrap_or_else(PoisonError::into_inner);
    match started.into_iter().reduce(io::Result::or) {
        Some(Err(error)) => Err(Error::Threads(error.to_string())),
        Some(Ok(())) | None => fed,
    }
}

/// What `work` makes of each item, in no particular order, on threads as those of [`in_parallel`].
pub(super) fn map_in_parallel<T: Send, R: Send>(
    threads: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Result<Vec<R>, Error> {
    let done = Mutex::new(Vec::new());
    let work = |item| {
        let result = work(item);
        lock(&done).push(result);
    };
    in_parallel(threads, work, |hand_on| {
        items.into_iter().for_each(hand_on);
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
