if left < size_PART(AXISu) {
    store_out(place_out(i), PART((outer * size_PART(AXISu) + left) * inner() + i % inner()));
    return;
}
left -= size_PART(AXISu);
