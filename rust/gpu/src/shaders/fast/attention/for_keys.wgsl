let slopes = product_v_g(first, first_other, index);
tile[(2u * across) * 17u + down] = weights0 * (slopes[0] * shares0 - delta(query));
tile[(2u * across + 1u) * 17u + down] = weights1 * (slopes[1] * shares1 - delta(query + 1u));
GATHER
