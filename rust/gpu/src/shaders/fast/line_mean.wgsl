var terms = 0.0;
EACH {
    terms += sum_of(x);
}
let middle = across(seat, terms) / f32(length());
