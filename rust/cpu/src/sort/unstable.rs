//! The order of equal elements: where a caller asks for no stable order, PyTorch leaves equals as the C++ library's sort,
//! partial sort and selection leave them. These are those algorithms (introsort with the median of three, heap sort, quick
//! select), step for step as GCC's library takes them, so that places come out the same.

/// Ranges up to this length are left to insertion.
const SHORT: usize = 16;

/// Twice the number of halvings that a range may take before a heap takes over.
fn depth(n: usize) -> u32 {
    2 * n.max(1).ilog2()
}

/// `std::sort`.
pub fn sort<T: Copy>(v: &mut [T], less: &impl Fn(T, T) -> bool) {
    if v.is_empty() {
        return;
    }
    introsort(v, depth(v.len()), less);
    let head = v.len().min(SHORT);
    insertion_sort(&mut v[..head], less);
    for i in head..v.len() {
        insert(v, i, less);
    }
}

fn introsort<T: Copy>(mut v: &mut [T], mut depth: u32, less: &impl Fn(T, T) -> bool) {
    while v.len() > SHORT {
        if depth == 0 {
            let n = v.len();
            return partial_sort(v, n, less);
        }
        depth -= 1;
        let cut = partition(v, less);
        let (head, tail) = v.split_at_mut(cut);
        introsort(tail, depth, less);
        v = head;
    }
}

/// Puts the median of the second, the middle and the last element first, and the rest around it.
fn partition<T: Copy>(v: &mut [T], less: &impl Fn(T, T) -> bool) -> usize {
    let (a, b, c) = (1, v.len() / 2, v.len() - 1);
    let median = if less(v[a], v[b]) {
        if less(v[b], v[c]) {
            b
        } else if less(v[a], v[c]) {
            c
        } else {
            a
        }
    } else if less(v[a], v[c]) {
        a
    } else if less(v[b], v[c]) {
        c
    } else {
        b
    };
    v.swap(0, median);
    let (mut first, mut last) = (1, v.len());
    loop {
        while less(v[first], v[0]) {
            first += 1;
        }
        last -= 1;
        while less(v[0], v[last]) {
            last -= 1;
        }
        if first >= last {
            return first;
        }
        v.swap(first, last);
        first += 1;
    }
}

fn insertion_sort<T: Copy>(v: &mut [T], less: &impl Fn(T, T) -> bool) {
    for i in 1..v.len() {
        if less(v[i], v[0]) {
            v[..=i].rotate_right(1);
        } else {
            insert(v, i, less);
        }
    }
}

/// Moves element `i` before the greater ones that precede it; one that is not greater must be there.
fn insert<T: Copy>(v: &mut [T], i: usize, less: &impl Fn(T, T) -> bool) {
    let value = v[i];
    let mut at = i;
    while less(value, v[at - 1]) {
        v[at] = v[at - 1];
        at -= 1;
    }
    v[at] = value;
}

/// `std::partial_sort`: the first `k` in order.
pub fn partial_sort<T: Copy>(v: &mut [T], k: usize, less: &impl Fn(T, T) -> bool) {
    heap_select(v, k, less);
    for last in (1..k).rev() {
        let value = v[last];
        v[last] = v[0];
        sift(&mut v[..last], 0, value, less);
    }
}

/// The first `k` as a heap with the greatest of them on top.
fn heap_select<T: Copy>(v: &mut [T], k: usize, less: &impl Fn(T, T) -> bool) {
    for parent in (0..k / 2).rev() {
        let value = v[parent];
        sift(&mut v[..k], parent, value, less);
    }
    for i in k..v.len() {
        if less(v[i], v[0]) {
            let value = v[i];
            v[i] = v[0];
            sift(&mut v[..k], 0, value, less);
        }
    }
}

/// Lets the hole at `top` sink to a leaf, and `value` rise from there.
fn sift<T: Copy>(heap: &mut [T], top: usize, value: T, less: &impl Fn(T, T) -> bool) {
    let n = heap.len();
    let (mut hole, mut child) = (top, top);
    while n > 0 && child < (n - 1) / 2 {
        child = 2 * (child + 1);
        if less(heap[child], heap[child - 1]) {
            child -= 1;
        }
        heap[hole] = heap[child];
        hole = child;
    }
    if n.is_multiple_of(2) && n >= 2 && child == (n - 2) / 2 {
        child = 2 * child + 1;
        heap[hole] = heap[child];
        hole = child;
    }
    while hole > top && less(heap[(hole - 1) / 2], value) {
        heap[hole] = heap[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    heap[hole] = value;
}

/// `std::nth_element`: what belongs at `nth` there, nothing greater before it.
pub fn nth_element<T: Copy>(v: &mut [T], nth: usize, less: &impl Fn(T, T) -> bool) {
    let (mut first, mut last) = (0, v.len());
    if nth >= last {
        return;
    }
    let mut depth = depth(last);
    while last - first > 3 {
        if depth == 0 {
            let k = nth + 1 - first;
            heap_select(&mut v[first..last], k, less);
            v.swap(first, nth);
            return;
        }
        depth -= 1;
        let cut = first + partition(&mut v[first..last], less);
        if cut <= nth { first = cut } else { last = cut }
    }
    insertion_sort(&mut v[first..last], less);
}

/// The first `k` of what PyTorch's topk gives: a heap where few are wanted of many, else a selection that is then sorted.
pub fn top<T: Copy>(v: &mut [T], k: usize, less: &impl Fn(T, T) -> bool) {
    if k == 0 {
        return;
    }
    if k * 64 <= v.len() {
        partial_sort(v, k, less);
    } else {
        nth_element(v, k - 1, less);
        sort(&mut v[..k - 1], less);
    }
}

/// PyTorch's quick select, behind kthvalue: brings what belongs at `k` there.
pub fn quick_select<T: Copy>(v: &mut [T], k: usize, less: &impl Fn(T, T) -> bool) {
    let (mut low, mut high) = (0, v.len() as isize - 1);
    let greater = |a: T, b: T| less(b, a);
    while low < high {
        let (l, h) = (low as usize, high as usize);
        if h == l + 1 {
            if greater(v[l], v[h]) {
                v.swap(l, h);
            }
            return;
        }
        v.swap(l + (h - l) / 2, l + 1);
        for (a, b) in [(l + 1, h), (l, h), (l + 1, l)] {
            if greater(v[a], v[b]) {
                v.swap(a, b);
            }
        }
        let (mut i, mut j, pivot) = (l + 1, h, v[l]);
        loop {
            i += 1;
            while greater(pivot, v[i]) {
                i += 1;
            }
            j -= 1;
            while greater(v[j], pivot) {
                j -= 1;
            }
            if j < i {
                break;
            }
            v.swap(i, j);
        }
        v.swap(l, j);
        if j <= k {
            low = i as isize;
        }
        if j >= k {
            high = j as isize - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize) -> Vec<(u32, usize)> {
        let mut state = 1u32;
        (0..n)
            .map(|i| {
                state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                (state >> 29, i)
            })
            .collect()
    }

    fn less(a: (u32, usize), b: (u32, usize)) -> bool {
        a.0 < b.0
    }

    #[test]
    fn all_of_them_order_values() {
        for n in [0, 1, 2, 3, 15, 16, 17, 64, 1000, 5000] {
            let source = numbers(n);
            let mut want: Vec<u32> = source.iter().map(|x| x.0).collect();
            want.sort_unstable();
            let mut v = source.clone();
            sort(&mut v, &less);
            assert!(v.iter().map(|x| x.0).eq(want.iter().copied()), "sort {n}");
            for k in [1, n / 100, n / 2, n].into_iter().filter(|&k| 0 < k && k <= n) {
                let mut v = source.clone();
                top(&mut v, k, &less);
                assert!(v[..k].iter().map(|x| x.0).eq(want[..k].iter().copied()), "top {k} of {n}");
                let mut v = source.clone();
                quick_select(&mut v, k - 1, &less);
                assert_eq!(v[k - 1].0, want[k - 1], "select {k} of {n}");
            }
        }
    }

    #[test]
    fn equals_come_as_from_the_library() {
        let mut v: Vec<(u32, usize)> = (0..40).map(|i| (0, i)).collect();
        sort(&mut v, &less);
        let places: Vec<usize> = v.iter().map(|x| x.1).collect();
        assert_eq!(places[..12], [30, 21, 22, 23, 24, 25, 26, 27, 28, 29, 20, 31]);
    }
}
