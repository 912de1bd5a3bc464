// Orders the places of a line step by step as GCC's library does (introsort with the median of three, heap sort, selection), or
// as PyTorch's quick select, so that equal elements come out in PyTorch's order. The line's elements begin at `origin`, its
// places at `base`.

var<private> origin: u32;
var<private> base: u32;

fn place_of(i: u32) -> u32 { return u32(load_out(base + i)); }

fn put_place(i: u32, place: u32) { store_out(base + i, i32(place)); }

fn swap(i: u32, j: u32) {
    let place = place_of(i);
    put_place(i, place_of(j));
    put_place(j, place);
}

// Whether the element at the place `a` comes before that at `b`.
fn precedes(a: u32, b: u32) -> bool { return is_below(key_at(origin + place_along(a)), key_at(origin + place_along(b))); }

// Twice the number of halvings that a range may take before a heap takes over.
fn depth_of(n: u32) -> u32 { return 2u * firstLeadingBit(max(n, 1u)); }

// Puts the median of the second, the middle and the last element first, and the rest around it.
fn split_range(first: u32, last: u32) -> u32 {
    let a = first + 1u;
    let b = first + (last - first) / 2u;
    let c = last - 1u;
    var median = b;
    if precedes(place_of(a), place_of(b)) {
        if !precedes(place_of(b), place_of(c)) { median = select(a, c, precedes(place_of(a), place_of(c))); }
    } else if precedes(place_of(a), place_of(c)) {
        median = a;
    } else if precedes(place_of(b), place_of(c)) {
        median = c;
    }
    swap(first, median);
    let pivot = place_of(first);
    var low = first + 1u;
    var high = last;
    loop {
        while precedes(place_of(low), pivot) { low += 1u; }
        high -= 1u;
        while precedes(pivot, place_of(high)) { high -= 1u; }
        if low >= high { break; }
        swap(low, high);
        low += 1u;
    }
    return low;
}

// Moves element `i` before the greater ones that precede it, down to `first`.
fn insert(first: u32, i: u32) {
    let place = place_of(i);
    var at = i;
    while at > first && precedes(place, place_of(at - 1u)) {
        put_place(at, place_of(at - 1u));
        at -= 1u;
    }
    put_place(at, place);
}

fn insertion_sort(first: u32, last: u32) {
    for (var i = first + 1u; i < last; i++) { insert(first, i); }
}

// Lets the hole at `top` of a heap of `n` sink to a leaf, and `place` rise from there.
fn sift(first: u32, n: u32, top: u32, place: u32) {
    var hole = top;
    var child = top;
    while n > 0u && child < (n - 1u) / 2u {
        child = 2u * (child + 1u);
        if precedes(place_of(first + child), place_of(first + child - 1u)) { child -= 1u; }
        put_place(first + hole, place_of(first + child));
        hole = child;
    }
    if n % 2u == 0u && n >= 2u && child == (n - 2u) / 2u {
        child = 2u * child + 1u;
        put_place(first + hole, place_of(first + child));
        hole = child;
    }
    while hole > top && precedes(place_of(first + (hole - 1u) / 2u), place) {
        put_place(first + hole, place_of(first + (hole - 1u) / 2u));
        hole = (hole - 1u) / 2u;
    }
    put_place(first + hole, place);
}

// The first `k` as a heap with the greatest of them on top.
fn heap_select(first: u32, last: u32, k: u32) {
    for (var parent = k / 2u; parent > 0u; parent -= 1u) {
        sift(first, k, parent - 1u, place_of(first + parent - 1u));
    }
    for (var i = first + k; i < last; i++) {
        let place = place_of(i);
        if precedes(place, place_of(first)) {
            put_place(i, place_of(first));
            sift(first, k, 0u, place);
        }
    }
}

// The first `k` in order.
fn partial_sort(first: u32, last: u32, k: u32) {
    heap_select(first, last, k);
    for (var n = k; n > 1u; n -= 1u) {
        let place = place_of(first + n - 1u);
        put_place(first + n - 1u, place_of(first));
        sift(first, n - 1u, 0u, place);
    }
}

// A range that is still to be sorted.
struct Range { first: u32, last: u32, depth: u32 }

fn sort(last: u32) {
    var waiting: array<Range, 32>;
    waiting[0] = Range(0u, last, depth_of(last));
    var count = 1u;
    while count > 0u {
        count -= 1u;
        var range = waiting[count];
        while range.last - range.first > 16u {
            if range.depth == 0u {
                partial_sort(range.first, range.last, range.last - range.first);
                break;
            }
            range.depth -= 1u;
            let cut = split_range(range.first, range.last);
            waiting[count] = Range(cut, range.last, range.depth);
            count += 1u;
            range.last = cut;
        }
    }
    insertion_sort(0u, last);
}

// What belongs at `nth` there, nothing greater before it.
fn nth_element(nth: u32, length: u32) {
    var first = 0u;
    var last = length;
    var depth = depth_of(length);
    while last - first > 3u {
        if depth == 0u {
            heap_select(first, last, nth + 1u - first);
            swap(first, nth);
            return;
        }
        depth -= 1u;
        let cut = split_range(first, last);
        if cut <= nth { first = cut; } else { last = cut; }
    }
    insertion_sort(first, last);
}

// The first `k`: a heap where few are wanted of many, else a selection that is then sorted.
fn top(k: u32, length: u32) {
    if k == 0u { return; }
    if k * 64u <= length {
        partial_sort(0u, length, k);
    } else {
        nth_element(k - 1u, length);
        sort(k - 1u);
    }
}

fn order_pair(a: u32, b: u32) {
    if precedes(place_of(b), place_of(a)) { swap(a, b); }
}

// Brings what belongs at `k` there, and then to the front.
fn quick_select(k: u32, length: u32) {
    var low = 0;
    var high = i32(length) - 1;
    while low < high {
        let l = u32(low);
        let h = u32(high);
        if h == l + 1u {
            order_pair(l, h);
            break;
        }
        swap(l + (h - l) / 2u, l + 1u);
        order_pair(l + 1u, h);
        order_pair(l, h);
        order_pair(l + 1u, l);
        let pivot = place_of(l);
        var i = l + 1u;
        var j = h;
        loop {
            i += 1u;
            while precedes(place_of(i), pivot) { i += 1u; }
            j -= 1u;
            while precedes(pivot, place_of(j)) { j -= 1u; }
            if j < i { break; }
            swap(i, j);
        }
        swap(l, j);
        if j <= k { low = i32(i); }
        if j >= k { high = i32(j) - 1; }
    }
    swap(0u, k);
}
