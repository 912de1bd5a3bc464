//! The one way in which kernels use several threads: a rayon pool of our own, built when first needed and again in a forked
//! child, where the parent's threads do not exist.

use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

struct Pool {
    process: u32,
    threads: usize,
    pool: Arc<rayon::ThreadPool>,
}

static POOL: RwLock<Option<Pool>> = RwLock::new(None);
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Threads that there are at most, whatever is asked for: more cost memory and bring nothing.
const MOST: usize = 1024;

/// Held while no pool may be looked up or built: around a fork.
pub fn lock_pool() -> RwLockWriteGuard<'static, impl Sized> {
    POOL.write().unwrap_or_else(PoisonError::into_inner)
}

/// How many threads kernels may use: what was set, else `PYRITE_NUM_THREADS`, `OMP_NUM_THREADS`, else the CPUs there are.
pub fn count() -> usize {
    match THREADS.load(Ordering::Relaxed) {
        0 => {
            let asked = ["PYRITE_NUM_THREADS", "OMP_NUM_THREADS"]
                .iter()
                .find_map(|name| std::env::var(name).ok()?.parse().ok().filter(|&n: &usize| n > 0));
            let n = asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get())).min(MOST);
            THREADS.store(n, Ordering::Relaxed);
            n
        }
        n => n,
    }
}

pub fn set_count(threads: usize) {
    THREADS.store(threads.clamp(1, MOST), Ordering::Relaxed);
}

fn pool(threads: usize) -> Option<Arc<rayon::ThreadPool>> {
    let process = std::process::id();
    let fits = |p: &Pool| p.process == process && p.threads == threads;
    if let Some(p) = POOL.read().ok()?.as_ref().filter(|p| fits(p)) {
        return Some(p.pool.clone());
    }
    let mut slot = POOL.write().ok()?;
    if let Some(p) = slot.as_ref().filter(|p| fits(p)) {
        return Some(p.pool.clone());
    }
    let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()?);
    if let Some(old) = slot.replace(Pool { process, threads, pool: pool.clone() })
        && old.process != process
    {
        std::mem::forget(old.pool);
    }
    Some(pool)
}

/// Calls `work` with every number below `tasks`, on several threads where that is allowed and possible.
pub fn run(tasks: usize, work: impl Fn(usize) + Sync) {
    let threads = count();
    if tasks > 1
        && threads > 1
        && let Some(pool) = pool(threads)
    {
        pool.install(|| (0..tasks).into_par_iter().with_max_len(1).for_each(&work));
    } else {
        (0..tasks).for_each(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_runs_once() {
        let sum = AtomicUsize::new(0);
        run(1000, |i| {
            sum.fetch_add(i + 1, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 500_500);
    }
}
