//! How a batch of products is cut into tasks.

use super::stored::Stored;
use crate::micro::Kernels;
use crate::threads;

/// Multiply-adds that a task is worth: some 20 us on one core, about what it takes to wake another.
const WORTH_A_TASK: usize = 1 << 21;

/// Tasks per thread in a large product, so that a thread that is held up can be helped.
const TASKS_PER_THREAD: usize = 4;

/// Elements of a region whose sums need a buffer: bounds the buffer.
const BUFFERED: usize = 1 << 20;

/// Packing an element costs about as much as multiplying it with this many others.
const PACKING: usize = 8;

/// The cut: each product in `rows` x `columns` regions, which tasks take in runs of equal length.
pub struct Grid {
    m: usize,
    n: usize,
    batches: usize,
    rows: usize,
    columns: usize,
    row_unit: usize,
    column_unit: usize,
    tasks: usize,
}

impl Grid {
    pub fn plan<S: Stored>(
        kernels: &Kernels<S::Compute>,
        (m, n, k): (usize, usize, usize),
        batches: usize,
        parallel: bool,
    ) -> Grid {
        let row_unit = kernels.packed.rows();
        let column_unit = kernels.packed.vectors() * kernels.lanes / S::PARTS;
        let mut grid = Grid { m, n, batches, rows: 1, columns: 1, row_unit, column_unit, tasks: 1 };
        let work = m.saturating_mul(n).saturating_mul(k).saturating_mul(batches);
        let wanted = if parallel { tasks_for(work) } else { 1 };
        let buffered = if S::IN_PLACE { 1 } else { m.saturating_mul(n).div_ceil(BUFFERED) };
        if wanted == 1 || batches >= TASKS_PER_THREAD * wanted {
            grid.cut(buffered);
            grid.tasks = wanted;
        } else {
            // A whole number of rounds: every thread has as many regions as the next.
            grid.cut((wanted / gcd(wanted, batches)).max(buffered));
            grid.tasks = grid.total();
        }
        grid
    }

    /// Cuts each product in `pieces`, in the way that packs least and leaves the largest region smallest.
    fn cut(&mut self, pieces: usize) {
        let cost = |rows: usize| {
            let height = piece(self.m, self.row_unit, rows, 0).1;
            let width = piece(self.n, self.column_unit, pieces / rows, 0).1;
            height * width + PACKING * (height + width)
        };
        if pieces > 1 {
            let rows = (1..=pieces).filter(|rows| pieces.is_multiple_of(*rows)).min_by_key(|&rows| cost(rows));
            self.rows = rows.unwrap_or(1);
            self.columns = pieces / self.rows;
        }
    }

    pub fn tasks(&self) -> usize {
        self.tasks
    }

    fn total(&self) -> usize {
        self.batches * self.rows * self.columns
    }

    /// The regions of a task: the batch, and the start and length of its rows and of its columns. None is empty.
    pub fn regions(&self, task: usize) -> impl Iterator<Item = (usize, (usize, usize), (usize, usize))> {
        let start = |task: usize| self.total() * task / self.tasks;
        (start(task)..start(task + 1)).filter_map(|index| {
            let (batch, at) = (index / (self.rows * self.columns), index % (self.rows * self.columns));
            let rows = piece(self.m, self.row_unit, self.rows, at / self.columns);
            let columns = piece(self.n, self.column_unit, self.columns, at % self.columns);
            (rows.1 > 0 && columns.1 > 0).then_some((batch, rows, columns))
        })
    }
}

/// How many tasks `work` multiply-adds are worth: a multiple of the threads, or fewer.
fn tasks_for(work: usize) -> usize {
    let threads = threads::count();
    let worth = work / WORTH_A_TASK;
    if worth > 8 * threads * TASKS_PER_THREAD { threads * TASKS_PER_THREAD } else { worth.clamp(1, threads) }
}

/// Piece `index` of `count` of a length, as start and length: whole units, but for the last one.
fn piece(length: usize, unit: usize, count: usize, index: usize) -> (usize, usize) {
    let units = length.div_ceil(unit);
    let large = units % count;
    let start = ((units / count * index + large.min(index)) * unit).min(length);
    let next = ((units / count * (index + 1) + large.min(index + 1)) * unit).min(length);
    (start, next - start)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
