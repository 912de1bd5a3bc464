var own = 0.0;
EACH {
    own += sum_of(TERM);
}
let total = across(seat, own);
EACH {
    put_out(out_start, j, RESULT);
}
