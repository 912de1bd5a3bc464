// Copies the elements of each line that `picked` names by their places, and these places where they are wanted.
fn each(i: u32) {
    let line = i / taken();
    let place = load_picked(line * picks() + i % taken());
    let at = place_item(line) + place_along(u32(place));
    COPY
    PLACE
}
