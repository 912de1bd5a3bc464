// Each thread arranges a line.
fn each(line: u32) {
    origin = place_item(line);
    base = line * length();
    for (var i = 0u; i < length(); i++) { put_place(i, i); }
    ARRANGE;
}
