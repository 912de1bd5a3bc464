//! Householder reflections `I - tau v v'`: the QR factorization in LAPACK's packed form, and products of reflections.

/// R in the upper triangle of the m x n matrix, the reflections' vectors (from their second element on) below it.
pub fn factor(a: &mut [f64], m: usize, n: usize, tau: &mut [f64]) {
    let mut v = vec![0.0; m];
    for k in 0..m.min(n) {
        let tail = (k + 1..m).fold(0.0f64, |norm, i| norm.hypot(a[i * n + k]));
        let alpha = a[k * n + k];
        if tail == 0.0 {
            tau[k] = 0.0;
            continue;
        }
        let beta = -alpha.hypot(tail).copysign(alpha);
        tau[k] = (beta - alpha) / beta;
        v[k] = 1.0;
        for i in k + 1..m {
            v[i] = a[i * n + k] / (alpha - beta);
            a[i * n + k] = v[i];
        }
        a[k * n + k] = beta;
        reflect(a, m, n, k, k + 1, &v, tau[k]);
    }
}

/// Applies a reflection to the rows from `top` on of the columns from `left` on.
fn reflect(a: &mut [f64], m: usize, n: usize, top: usize, left: usize, v: &[f64], tau: f64) {
    for c in left..n {
        let along: f64 = (top..m).map(|i| v[i] * a[i * n + c]).sum::<f64>() * tau;
        for i in top..m {
            a[i * n + c] -= along * v[i];
        }
    }
}

/// The first n columns of the product of the reflections whose vectors stand in the m x n matrix `a`.
pub fn product(a: &[f64], m: usize, n: usize, tau: &[f64]) -> Vec<f64> {
    let mut q = vec![0.0; m * n];
    for i in 0..n.min(m) {
        q[i * n + i] = 1.0;
    }
    let mut v = vec![0.0; m];
    for k in (0..tau.len()).rev() {
        v[k] = 1.0;
        for i in k + 1..m {
            v[i] = a[i * n + k];
        }
        reflect(&mut q, m, n, k, 0, &v, tau[k]);
    }
    q
}
