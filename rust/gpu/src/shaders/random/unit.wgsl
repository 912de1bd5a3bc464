// A number of (0, 1].
fn unit(bits: u32) -> f32 { return f32(bits) * 2.3283064365386963e-10 + 1.1641532182693481e-10; }
