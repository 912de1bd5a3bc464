// Planes of three axes, of which one place is read or written.

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
