// The mean of the line of a thread.
fn mean_of(seat: Seat) -> f32 {
    var own = 0.0;
    if seat.line < count() {
        let start = place_x(seat.line);
        for (var j = seat.lane; j < length(); j += lanes()) {
            own += load_x(start + place_x_along(j));
        }
    }
    return across(seat, own) / f32(length());
}
