tile[(2u * across) * 17u + down] = weights0 * shares0;
tile[(2u * across + 1u) * 17u + down] = weights1 * shares1;
GATHER
