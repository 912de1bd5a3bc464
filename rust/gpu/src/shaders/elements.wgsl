// Elements of 16 and 64 bits as words of memory. An empty line ends a declaration.

// The float16 of these 16 bits, exactly; nothing passes through a float32 below the normal ones, which a device may flush.
fn widen_f16(bits: u32) -> f32 {
    let exponent = bits & 0x7c00u;
    let wide = (bits & 0x7fffu) << 13u;
    let normal = bitcast<f32>(wide + select(0x38000000u, 0x70000000u, exponent == 0x7c00u));
    let magnitude = select(normal, f32(bits & 0x3ffu) * 5.9604644775390625e-8, exponent == 0u);
    return bitcast<f32>(bitcast<u32>(magnitude) | ((bits & 0x8000u) << 16u));
}

// The bits of the float16 nearest to x, halves to even.
fn narrow_f16(x: f32) -> u32 {
    let sign = (bitcast<u32>(x) >> 16u) & 0x8000u;
    let size = bitcast<u32>(x) & 0x7fffffffu;
    let normal = (size - 0x38000000u + 0xfffu + ((size >> 13u) & 1u)) >> 13u;
    let small = u32(round(min(bitcast<f32>(size), 0.001) * 16777216.0));
    let finite = select(normal, small, size < 0x38800000u);
    let bounded = select(finite, 0x7c00u, size >= 0x477ff000u);
    return sign | select(bounded, 0x7e00u, size > 0x7f800000u);
}

fn round_f16(x: f32) -> f32 { return widen_f16(narrow_f16(x)); }

// The bits of the bfloat16 nearest to x, halves to even.
fn narrow_bf16(x: f32) -> u32 {
    let bits = bitcast<u32>(x);
    let rounded = (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
    return select(rounded, (bits >> 16u) | 0x40u, (bits & 0x7fffffffu) > 0x7f800000u);
}

fn round_bf16(x: f32) -> f32 { return bitcast<f32>(narrow_bf16(x) << 16u); }

fn join_u64(low: u32, high: u32) -> u64 { return u64(low) | (u64(high) << 32u); }

fn join_i64(low: u32, high: u32) -> i64 { return bitcast<i64>(join_u64(low, high)); }

fn join_f64(low: u32, high: u32) -> f64 { return bitcast<f64>(join_u64(low, high)); }

fn split_u64(x: u64) -> vec2<u32> { return vec2<u32>(u32(x & 0xfffffffflu), u32(x >> 32u)); }

fn split_i64(x: i64) -> vec2<u32> { return split_u64(bitcast<u64>(x)); }

fn split_f64(x: f64) -> vec2<u32> { return split_u64(bitcast<u64>(x)); }

fn join_c64(re: u32, im: u32) -> c64 { return vec2<f32>(bitcast<f32>(re), bitcast<f32>(im)); }

fn split_c64(z: c64) -> vec2<u32> { return bitcast<vec2<u32>>(z); }

fn join_c128(x: u32, y: u32, z: u32, w: u32) -> c128 { return vec2<f64>(join_f64(x, y), join_f64(z, w)); }

fn split_c128(z: c128) -> vec4<u32> { return vec4<u32>(split_f64(z.x), split_f64(z.y)); }

// An int64 as an index: what 32 bits do not hold becomes the nearest that they do.
fn index_of_i64(low: u32, high: u32) -> i32 {
    let fits = bitcast<i32>(high) == (bitcast<i32>(low) >> 31u);
    return select(select(0x7fffffff, i32(-0x7fffffff - 1), bitcast<i32>(high) < 0), bitcast<i32>(low), fits);
}

// The workgroup's number in a grid whose first axis was too long and goes on in the second.
fn group_index(group: vec3<u32>, grid: vec3<u32>) -> u32 { return group.y * grid.x + group.x; }

fn is_true_f32(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }

fn is_true_f64(x: f64) -> bool { return !(x == 0.0); }

fn is_true_i32(x: i32) -> bool { return x != 0; }

fn is_true_i64(x: i64) -> bool { return x != 0li; }

// x towards zero, within what an integer holds; 0 for NaN.
fn truncate_f32_i32(x: f32) -> i32 {
    return select(select(i32(x), 0x7fffffff, x >= 2147483648.0), 0, is_nan_f32(x));
}

fn truncate_f64_i32(x: f64) -> i32 {
    return select(select(i32(x), 0x7fffffff, x >= 2147483647.0), 0, is_nan_f64(x));
}

fn truncate_f32_i64(x: f32) -> i64 {
    return select(select(i64(x), 0x7fffffffffffffffli, x >= 9223372036854775808.0), 0li, is_nan_f32(x));
}

fn truncate_f64_i64(x: f64) -> i64 {
    return select(select(i64(x), 0x7fffffffffffffffli, x >= 9223372036854775808.0), 0li, is_nan_f64(x));
}

// The low bits of x towards zero, for integers of fewer than 32: as if it went through an int64.
fn wrap_f32(x: f32) -> i32 {
    let whole = trunc(x);
    let low = i32(whole - floor(whole / 65536.0) * 65536.0);
    let bounded = select(select(low, -1, x >= 9223372036854775808.0), 0, x <= -9223372036854775808.0);
    return select(bounded, 0, is_nan_f32(x));
}

fn wrap_f64(x: f64) -> i32 { return i32(truncate_f64_i64(x)); }
