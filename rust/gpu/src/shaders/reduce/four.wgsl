// Elements of lines that start with a vector of memory, four at a time.
const EACH = 4u;

fn lift_each(start: u32, line: u32, j: u32) -> Value {
    let items = four_item(start + j);
    let left = length() - j;
    let second = select(identity(), lifted(items[1]), left > 1u);
    let third = select(identity(), lifted(items[2]), left > 2u);
    let fourth = select(identity(), lifted(items[3]), left > 3u);
    return combine(combine(lifted(items[0]), second), combine(third, fourth));
}
