if lane == lanes() - 1u {
            put(line * tiles() + tile, shares[index]);
        }
