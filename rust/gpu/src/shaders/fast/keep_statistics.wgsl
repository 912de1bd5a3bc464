fn keep(line: u32, mean: f32, variance: f32, scale: f32) {
    store_mean(place_mean(line), mean);
    store_variance(place_variance(line), variance);
    store_scale(place_scale(line), scale);
}
