package org.steadygrad.exchange.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;

/**
 * A state dict's weights by the names that the model gave them: without what wrappers put before them, and with weights that are
 * kept as length and direction put together.
 */
public final class StateDict {
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.", "model.");
    private static final String COMPILED = "_orig_mod.";
    private static final String PARAMETRIZED = "parametrizations.";
    private static final String LENGTH = ".original0";
    private static final String DIRECTION = ".original1";

    private StateDict() {}

    /**
     * Normalises names and weights.
     *
     * @param saved as in the file
     * @param who for errors
     * @throws InvalidInputException of parametrizations other than weight normalisation, and of names that fall together
     */
    public static Map<String, StoredArray> of(Map<String, StoredArray> saved, String who) {
        Map<String, StoredArray> named = new LinkedHashMap<>();
        String prefix = commonPrefix(saved);
        saved.forEach((name, tensor) -> {
            String own = name.substring(prefix.length()).replace("." + COMPILED, ".");
            if (named.put(own, tensor) != null) {
                throw InvalidInputException.of(who, "one array called " + own, "two", "");
            }
        });
        return composed(named, who);
    }

    /** Wrappers of data parallelism, of the compiler and of Lightning stand before all names, in any order. */
    private static String commonPrefix(Map<String, StoredArray> saved) {
        String prefix = "";
        while (true) {
            String before = prefix;
            for (String wrapper : WRAPPERS) {
                String longer = prefix + wrapper;
                if (!saved.isEmpty() && saved.keySet().stream().allMatch(name -> name.startsWith(longer))) {
                    prefix = longer;
                }
            }
            if (prefix.equals(before)) {
                return prefix;
            }
        }
    }

    private static Map<String, StoredArray> composed(Map<String, StoredArray> named, String who) {
        Map<String, StoredArray> composed = new LinkedHashMap<>();
        named.forEach((name, tensor) -> {
            String partner = partner(name);
            if (partner != null && named.containsKey(partner)) {
                composed.put(plainName(name), normalised(tensor, named.get(partner), who + ", " + name));
            } else if (!isDirection(name, named)) {
                if (name.contains(PARAMETRIZED)) {
                    throw InvalidInputException.of(
                            who,
                            "no parametrization but weight_norm",
                            name,
                            "Take it off before saving: torch.nn.utils.parametrize.remove_parametrizations.");
                }
                composed.put(name, tensor);
            }
        });
        return composed;
    }

    /** For a name of lengths, the name of the directions; else null. */
    private static String partner(String name) {
        if (name.contains(PARAMETRIZED) && name.endsWith(LENGTH)) {
            return name.substring(0, name.length() - LENGTH.length()) + DIRECTION;
        }
        return name.endsWith("weight_g") ? name.substring(0, name.length() - 1) + "v" : null;
    }

    private static boolean isDirection(String name, Map<String, StoredArray> named) {
        if (name.contains(PARAMETRIZED) && name.endsWith(DIRECTION)) {
            return named.containsKey(name.substring(0, name.length() - DIRECTION.length()) + LENGTH);
        }
        return name.endsWith("weight_v") && named.containsKey(name.substring(0, name.length() - 1) + "g");
    }

    private static String plainName(String name) {
        return name.contains(PARAMETRIZED)
                ? name.substring(0, name.length() - LENGTH.length()).replace(PARAMETRIZED, "")
                : name.substring(0, name.length() - "_g".length());
    }

    /**
     * g v / |v|, the norm taken over all axes but the one that g has (Salimans and Kingma 2016, arXiv:1602.07868).
     *
     * @param length g, of size 1 along all other axes
     * @param direction v
     */
    private static StoredArray normalised(StoredArray length, StoredArray direction, String who) {
        int kept = -1;
        boolean fits = length.rank() == direction.rank() || length.length() == 1;
        for (int axis = 0; fits && axis < length.rank(); axis++) {
            if (length.size(axis) != 1) {
                fits = kept < 0 && length.size(axis) == direction.size(axis);
                kept = axis;
            }
        }
        if (!fits) {
            throw InvalidInputException.of(who, "a length for each row or column of " + direction, length, "");
        }
        long[] strides = StoredArray.strides(direction.shape());
        long size = kept < 0 ? 1 : direction.size(kept);
        long step = kept < 0 ? 1 : strides[kept];
        boolean single = kept < 0;
        double[] squares = new double[(int) size];
        double[] v = direction.doubles();
        for (int i = 0; i < v.length; i++) {
            squares[single ? 0 : (int) (i / step % size)] += v[i] * v[i];
        }
        float[] weights = new float[v.length];
        double[] g = length.doubles();
        for (int i = 0; i < v.length; i++) {
            int row = single ? 0 : (int) (i / step % size);
            weights[i] = (float) (g[row] * v[i] / Math.sqrt(squares[row]));
        }
        return StoredArray.of(weights, direction.shape());
    }
}
