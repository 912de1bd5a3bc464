// Three axes of a tensor, and windows over them: tap t of window p lies at `p * stride + t * dilation - before`. Numbers below
// zero wrap around, which makes them too large.

fn vector_stride() -> vec3<u32> { return vec3<u32>(stride(0u), stride(1u), stride(2u)); }

fn vector_dilation() -> vec3<u32> { return vec3<u32>(dilation(0u), dilation(1u), dilation(2u)); }

fn vector_before() -> vec3<u32> { return vec3<u32>(before(0u), before(1u), before(2u)); }

fn kernel_size() -> vec3<u32> { return vec3<u32>(kernel(0u), kernel(1u), kernel(2u)); }

fn out_size() -> vec3<u32> { return vec3<u32>(size_out_along(0u), size_out_along(1u), size_out_along(2u)); }

fn x_size() -> vec3<u32> { return vec3<u32>(size_x_along(0u), size_x_along(1u), size_x_along(2u)); }

// The place of the i-th element of a plane.
fn spot(i: u32, size: vec3<u32>) -> vec3<u32> { return vec3<u32>(i / size.z / size.y % size.x, i / size.z % size.y, i % size.z); }

fn at_out_along(at: vec3<u32>) -> u32 {
    return at.x * stride_out_along(0u) + at.y * stride_out_along(1u) + at.z * stride_out_along(2u);
}

fn at_x_along(at: vec3<u32>) -> u32 {
    return at.x * stride_x_along(0u) + at.y * stride_x_along(1u) + at.z * stride_x_along(2u);
}

fn number_in_x(plane: u32, at: vec3<u32>) -> u32 {
    let size = x_size();
    return ((plane * size.x + at.x) * size.y + at.y) * size.z + at.z;
}

fn tap_number(tap: vec3<u32>) -> u32 { return (tap.x * kernel(1u) + tap.y) * kernel(2u) + tap.z; }
