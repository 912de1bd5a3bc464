value = before_tile(start, line, tile);
        if lane > 0u {
            value = combine(value, shares[index - 1u]);
        }
        for (var j = begin; j < end; j++) {
            value = combine(value, lift(start, line, j));
            put(line * length() + j, value);
        }
