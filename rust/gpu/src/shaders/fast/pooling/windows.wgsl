// Windows over three axes: tap t of window p lies at `p * stride + t * dilation - before`. Numbers below zero wrap around, which
// makes them too large.

fn vector_stride() -> vec3<u32> { return vec3<u32>(stride(0u), stride(1u), stride(2u)); }

fn vector_dilation() -> vec3<u32> { return vec3<u32>(dilation(0u), dilation(1u), dilation(2u)); }

fn vector_before() -> vec3<u32> { return vec3<u32>(before(0u), before(1u), before(2u)); }

fn kernel_size() -> vec3<u32> { return vec3<u32>(kernel(0u), kernel(1u), kernel(2u)); }

fn number_in_x(plane: u32, at: vec3<u32>) -> u32 {
    let size = x_size();
    return ((plane * size.x + at.x) * size.y + at.y) * size.z + at.z;
}

fn tap_number(tap: vec3<u32>) -> u32 { return (tap.x * kernel(1u) + tap.y) * kernel(2u) + tap.z; }
