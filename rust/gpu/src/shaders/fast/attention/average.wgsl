// Zero for a query that a mask leaves without any key.
fn average(sum: f32, total: f32) -> f32 { return select(sum / total, bitcast<f32>(EMPTY), total == 0.0); }

// The logarithm of a sum of exponentials, of which `total` lies below `top`.
fn logarithm_of(top: f32, total: f32) -> f32 {
    return select(top + log_f32(total), bitcast<f32>(LOST), total == 0.0);
}
