let label = class_of(line);
let slope = select(0.0, SLOPE, label.counts);
let own = select(0.0, (1.0 - smoothing()) * kept(count() + line), label.counts);
SCORES
EACH {
    let value = SPREAD - select(Item(0.0), Item(own), is_at(j, label.index)) SMOOTH;
    put_out(out_start, j, value * slope);
}
