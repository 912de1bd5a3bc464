//! LU factors with the rows exchanged so that the largest pivot comes first.

/// L (below the diagonal, ones on it) and U in the place of the m x n matrix. `pivots[k]` is the row, counted from 1, that was
/// exchanged with row k. Gives the first k, counted from 1, whose pivot is 0, else 0.
pub fn factor(a: &mut [f64], m: usize, n: usize, pivots: &mut [i32]) -> i32 {
    let mut info = 0;
    for k in 0..m.min(n) {
        let best = (k..m).fold(k, |best, i| if a[i * n + k].abs() > a[best * n + k].abs() { i } else { best });
        pivots[k] = best as i32 + 1;
        if best != k {
            for c in 0..n {
                a.swap(k * n + c, best * n + c);
            }
        }
        let pivot = a[k * n + k];
        if pivot == 0.0 {
            info = if info == 0 { k as i32 + 1 } else { info };
            continue;
        }
        let (above, below) = a.split_at_mut((k + 1) * n);
        let row = &above[k * n..];
        for other in below.chunks_exact_mut(n) {
            other[k] /= pivot;
            let factor = other[k];
            if factor != 0.0 {
                other[k + 1..].iter_mut().zip(&row[k + 1..]).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    info
}
