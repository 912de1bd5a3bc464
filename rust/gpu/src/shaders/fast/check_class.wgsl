// Reports a class that is none.
fn check_class(line: u32) {
    if !is_ignored(line) && !is_class(line) {
        report_target(load_pair_target(place_target(line)), 1u, length());
    }
}
