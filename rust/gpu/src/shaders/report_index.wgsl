fn report_index(index: vec2<u32>, axis: u32, size: u32) {
    if atomicOr(&faults[0], 1u) == 0u {
        atomicStore(&faults[1], KIND);
        atomicStore(&faults[2], index.x);
        atomicStore(&faults[3], index.y);
        atomicStore(&faults[4], axis);
        atomicStore(&faults[5], size);
    }
}
