fn each(line: u32) {
    check_class(line);
    let label = class_of(line);
    var loss = 0.0;
    var weight = 0.0;
    if label.counts {
        weight = weight_of(label.index);
        loss = -weight * load_x(place_x(line) + place_x_along(label.index));
    }
    store_out(place_out(line), loss);
    store_out(place_out(count() + line), weight);
}
