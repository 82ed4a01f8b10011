package org.steadygrad.exchange.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;

/**
 * The arrays of one module, or of one layer and direction of a recurrent one.
 *
 * @param name of the module, with layer and direction if it is recurrent: {@code rnn l0 reverse}
 * @param arrays by the module's names for them, without layer and direction: weight_ih, bias
 */
record TorchModule(String name, Map<String, StoredArray> arrays) {
    private static final Pattern RECURRENT = Pattern.compile("(weight|bias)_(ih|hh|hr)(?:_l(\\d+))?(_reverse)?");

    static final String REVERSE = " reverse";

    /** The modules of a state dict, in its order. @throws InvalidInputException of arrays that no known module has */
    static List<TorchModule> of(Map<String, StoredArray> weights, String who) {
        Map<String, Map<String, StoredArray>> modules = new LinkedHashMap<>();
        weights.forEach((name, array) -> {
            int dot = name.lastIndexOf('.');
            String module = dot < 0 ? "" : name.substring(0, dot);
            String parameter = name.substring(dot + 1);
            Matcher recurrent = RECURRENT.matcher(parameter);
            if (recurrent.matches()) {
                if (recurrent.group(2).equals("hr")) {
                    throw InvalidInputException.of(
                            who,
                            "recurrent layers without projection",
                            name,
                            "This toolkit has no LSTM with proj_size; train it without.");
                }
                String layer = recurrent.group(3) == null ? "0" : recurrent.group(3);
                module = module + " l" + layer + (recurrent.group(4) == null ? "" : REVERSE);
                parameter = recurrent.group(1) + "_" + recurrent.group(2);
            }
            modules.computeIfAbsent(module, key -> new LinkedHashMap<>()).put(parameter, array);
        });
        List<TorchModule> all = new ArrayList<>();
        modules.forEach((name, arrays) -> all.add(new TorchModule(name.strip(), arrays)));
        return all;
    }

    boolean has(String array) {
        return arrays.containsKey(array);
    }

    StoredArray array(String name) {
        return arrays.get(name);
    }

    /** What the module can be, with the sizes by which it is told from others; several where names and shapes leave it open. */
    List<String> signatures() {
        if (has("weight_ih")
                && has("weight_hh")
                && array("weight_hh").rank() == 2
                && array("weight_ih").rank() == 2) {
            long units = array("weight_hh").size(1);
            long gates = units == 0 ? 0 : array("weight_hh").size(0) / units;
            String kind = gates == 1 ? "RNN" : gates == 3 ? "GRU" : gates == 4 ? "LSTM" : gates + " gates";
            return List.of(recurrent(kind, array("weight_ih").size(1), units, name.endsWith(REVERSE)));
        }
        if (has("running_mean") && has("running_var")) {
            return List.of("batch norm of " + array("running_mean").length());
        }
        if (has("mean") && has("deviation")) {
            return List.of(standardize(array("mean").length()));
        }
        if (!has("weight")) {
            return List.of("a module of " + arrays);
        }
        StoredArray weight = array("weight");
        if (weight.rank() == 2) {
            String dense = dense(weight.size(1), weight.size(0));
            return has("bias") ? List.of(dense) : List.of(dense, embedding(weight.size(0), weight.size(1)));
        }
        if (weight.rank() == 1) {
            String norm = "layer norm of " + weight.length();
            return has("bias") ? List.of(norm) : List.of(norm, "PReLU of " + weight.length());
        }
        return List.of("a module of " + arrays);
    }

    static String recurrent(String kind, long inputs, long units, boolean reversed) {
        return kind + " of " + inputs + " inputs and " + units + " units" + (reversed ? ", backwards" : "");
    }

    static String dense(long inputs, long units) {
        return "linear of " + inputs + " inputs and " + units + " units";
    }

    static String standardize(long features) {
        return "scaling of " + features;
    }

    static String embedding(long symbols, long size) {
        return "embedding of " + symbols + " symbols in " + size;
    }
}
