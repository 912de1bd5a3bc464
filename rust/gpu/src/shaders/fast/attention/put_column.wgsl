shares[index] = SUM;
workgroupBarrier();
if index < 64u {
    put(part, place, first_line, FIRSTu + column, shares[index] + shares[index + 64u] + shares[index + 128u] + shares[index + 192u]);
}
workgroupBarrier();
