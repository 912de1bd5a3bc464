//! Singular values by one-sided Jacobi rotations: the columns are turned until they are orthogonal, their lengths are the values.

use super::{dot, qr, rotation, transposed};

const SWEEPS: usize = 60;

/// `a = U diag(s) V'` with falling s, row-major: where `full`, U is m x m and V' n x n, else U has min(m, n) columns and V' as
/// many rows.
pub fn decompose(a: &[f64], m: usize, n: usize, full: bool) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    if m < n {
        let (u, s, vt) = of_tall(&transposed(a, m, n), n, m, full, true);
        return (transposed(&vt, m, m), s, transposed(&u, n, if full { n } else { m }));
    }
    of_tall(a, m, n, full, m < 11 * n / 6)
}

/// The same for m >= n. What the columns leave out may have any basis: `bidiagonal` says which of LAPACK's two it is.
fn of_tall(a: &[f64], m: usize, n: usize, full: bool, bidiagonal: bool) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut columns = transposed(a, m, n);
    let mut v = vec![0.0; n * n];
    for i in 0..n {
        v[i * n + i] = 1.0;
    }
    for _ in 0..SWEEPS {
        if !sweep(&mut columns, &mut v, m, n) {
            break;
        }
    }
    let lengths: Vec<f64> =
        (0..n).map(|j| dot(&columns[j * m..(j + 1) * m], &columns[j * m..(j + 1) * m]).sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&x, &y| lengths[y].total_cmp(&lengths[x]));
    let s: Vec<f64> = order.iter().map(|&j| lengths[j]).collect();
    let vt: Vec<f64> = order.iter().flat_map(|&j| v[j * n..(j + 1) * n].iter().copied()).collect();
    let smallest = s.first().copied().unwrap_or(0.0) * f64::EPSILON * m as f64;
    let rest = if full { outside(a, m, n, bidiagonal) } else { Vec::new() };
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(n + rest.len());
    for &j in &order {
        let column = &columns[j * m..(j + 1) * m];
        basis.push(match lengths[j] > smallest {
            true => column.iter().map(|x| x / lengths[j]).collect(),
            false => complement(basis.iter().chain(&rest), m),
        });
    }
    basis.extend(rest);
    let count = basis.len();
    let rows: Vec<f64> = basis.into_iter().flatten().collect();
    (transposed(&rows, count, m), s, vt)
}

/// An orthonormal basis of what the columns of the m x n matrix leave out: the last m - n columns of the product of the
/// reflections that make it triangular or bidiagonal.
fn outside(a: &[f64], m: usize, n: usize, bidiagonal: bool) -> Vec<Vec<f64>> {
    let mut packed = a.to_vec();
    let mut tau = vec![0.0; n];
    match bidiagonal {
        true => qr::bidiagonal(&mut packed, m, n, &mut tau),
        false => qr::factor(&mut packed, m, n, &mut tau),
    }
    let mut vectors = vec![0.0; m * m];
    for i in 0..m {
        vectors[i * m..i * m + n].copy_from_slice(&packed[i * n..(i + 1) * n]);
    }
    let q = qr::product(&vectors, m, m, &tau);
    (n..m).map(|j| (0..m).map(|i| q[i * m + j]).collect()).collect()
}

/// Makes every pair of columns orthogonal once; says whether any was not. `columns` and `v` hold columns as rows.
fn sweep(columns: &mut [f64], v: &mut [f64], m: usize, n: usize) -> bool {
    let mut any = false;
    for p in 0..n {
        for q in p + 1..n {
            let (x, y) = (&columns[p * m..(p + 1) * m], &columns[q * m..(q + 1) * m]);
            let (a, b, g) = (dot(x, x), dot(y, y), dot(x, y));
            if g.is_nan() || g.abs() <= 1e-16 * (a * b).sqrt() {
                continue;
            }
            any = true;
            let (c, s) = rotation(a, b, g);
            turn(columns, p * m, q * m, m, c, s);
            turn(v, p * n, q * n, n, c, s);
        }
    }
    any
}

fn turn(a: &mut [f64], p: usize, q: usize, length: usize, c: f64, s: f64) {
    for k in 0..length {
        let (x, y) = (a[p + k], a[q + k]);
        (a[p + k], a[q + k]) = (c * x - s * y, s * x + c * y);
    }
}

/// A vector of length 1 that is orthogonal to an orthonormal set of fewer than m.
fn complement<'a>(basis: impl Iterator<Item = &'a Vec<f64>> + Clone, m: usize) -> Vec<f64> {
    let mut best: (f64, Vec<f64>) = (-1.0, vec![0.0; m]);
    for axis in 0..m {
        let mut v = vec![0.0; m];
        v[axis] = 1.0;
        for _ in 0..2 {
            for b in basis.clone() {
                let along = dot(&v, b);
                v.iter_mut().zip(b).for_each(|(x, y)| *x -= along * y);
            }
        }
        let length = dot(&v, &v).sqrt();
        if length > best.0 {
            best = (length, v.iter().map(|x| x / length).collect());
        }
        if best.0 > 0.5 {
            break;
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_the_matrix() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for (m, n) in [(2, 3), (3, 2), (1, 6), (6, 1)] {
            for full in [true, false] {
                let (u, s, vt) = decompose(&a, m, n, full);
                let columns = if full { m } else { m.min(n) };
                assert_eq!((u.len(), vt.len()), (m * columns, n * if full { n } else { m.min(n) }));
                for i in 0..m {
                    for j in 0..n {
                        let x: f64 = (0..s.len()).map(|k| u[i * columns + k] * s[k] * vt[k * n + j]).sum();
                        assert!((x - a[i * n + j]).abs() < 1e-12);
                    }
                }
            }
        }
    }
}
