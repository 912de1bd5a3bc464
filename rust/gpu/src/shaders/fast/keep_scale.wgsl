fn keep(line: u32, mean: f32, variance: f32, scale: f32) { store_scale(place_scale(line), scale); }
