fn each(i: u32) {
    let outer = i / inner() / length();
    // How far along the axis the element lies behind the parts that have been passed.
    var left = i / inner() % length();
    PARTS
}
