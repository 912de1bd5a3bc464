//! Cholesky factors of symmetric positive definite matrices, and triangular systems.

use super::dot;

/// The lower factor in the place of the matrix, zeros above. Gives the order of the leading minor that is not positive
/// definite, else 0.
pub fn factor(a: &mut [f64], n: usize) -> i32 {
    let mut info = 0;
    'rows: for i in 0..n {
        for j in 0..=i {
            let rest = a[i * n + j] - dot(&a[i * n..i * n + j], &a[j * n..j * n + j]);
            if i != j {
                a[i * n + j] = rest / a[j * n + j];
            } else if rest > 0.0 {
                a[i * n + i] = rest.sqrt();
            } else {
                info = i as i32 + 1;
                break 'rows;
            }
        }
    }
    for i in 0..n {
        a[i * n + i + 1..(i + 1) * n].fill(0.0);
    }
    info
}

/// Solves `a x = b` for a triangular n x n matrix and n x m right sides, which the solution replaces.
pub fn solve(a: &[f64], b: &mut [f64], n: usize, m: usize, upper: bool, unit: bool) {
    for step in 0..n {
        let i = if upper { n - 1 - step } else { step };
        let known = if upper { i + 1..n } else { 0..i };
        for k in known {
            let factor = a[i * n + k];
            if factor != 0.0 {
                for c in 0..m {
                    b[i * m + c] -= factor * b[k * m + c];
                }
            }
        }
        if !unit {
            for x in &mut b[i * m..(i + 1) * m] {
                *x /= a[i * n + i];
            }
        }
    }
}
