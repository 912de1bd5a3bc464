//! Eigenvalues and eigenvectors of symmetric matrices by Jacobi's rotations: slow for large matrices, exact for all.

use super::rotation;

const SWEEPS: usize = 60;

/// The eigenvalues in rising order, and the eigenvectors as the columns of a matrix. Reads the lower triangle.
pub fn symmetric(a: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    for i in 0..n {
        for j in i + 1..n {
            a[i * n + j] = a[j * n + i];
        }
    }
    let mut v = vec![0.0; n * n];
    for i in 0..n {
        v[i * n + i] = 1.0;
    }
    for _ in 0..SWEEPS {
        if !sweep(a, &mut v, n) {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&x, &y| a[x * n + x].total_cmp(&a[y * n + y]));
    let values = order.iter().map(|&k| a[k * n + k]).collect();
    let vectors = (0..n).flat_map(|i| order.iter().map(move |&k| (i, k))).map(|(i, k)| v[k * n + i]).collect();
    (values, vectors)
}

/// Rotates every element off the diagonal to 0 once; says whether any was large enough to matter. The rows of `v` are the
/// vectors.
fn sweep(a: &mut [f64], v: &mut [f64], n: usize) -> bool {
    let mut any = false;
    for p in 0..n {
        for q in p + 1..n {
            let g = a[p * n + q];
            let scale = (a[p * n + p] * a[q * n + q]).abs().sqrt();
            if g.is_nan() || g.abs() <= f64::MIN_POSITIVE.max(1e-17 * scale) {
                continue;
            }
            any = true;
            let (c, s) = rotation(a[p * n + p], a[q * n + q], g);
            for k in 0..n {
                let (x, y) = (a[k * n + p], a[k * n + q]);
                (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
            }
            for k in 0..n {
                let (x, y) = (a[p * n + k], a[q * n + k]);
                (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
                let (x, y) = (v[p * n + k], v[q * n + k]);
                (v[p * n + k], v[q * n + k]) = (c * x - s * y, s * x + c * y);
            }
            a[p * n + q] = 0.0;
            a[q * n + p] = 0.0;
        }
    }
    any
}
