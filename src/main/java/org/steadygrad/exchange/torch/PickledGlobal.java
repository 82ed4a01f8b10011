package org.steadygrad.exchange.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.ElementType;

/**
 * A name that a pickle refers to. Only those that state dicts, optimizers' states and Lightning's checkpoints need are known; none is ever looked up
 * anywhere or run.
 *
 * @param name module and name
 * @param element the type of a storage's elements, or a type of elements itself; else null
 * @param role what it is good for
 */
record PickledGlobal(String name, ElementType element, Role role) {
    static final String REMEDY = "Only state dicts are read, nothing that runs code: in Python,"
            + " torch.save(model.state_dict(), \"model.pt\"), or save .safetensors.";

    /** What a name is good for. */
    enum Role {
        /** {@code OrderedDict()} or {@code OrderedDict(pairs)}, {@code Counter(dict)}. */
        DICT,
        /** {@code torch.Size(sizes)}. */
        SIZE,
        /** {@code _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks)}. */
        TENSOR,
        /** {@code _rebuild_parameter(tensor, requires_grad, hooks)}. */
        PARAMETER,
        /** The class of a storage, or a dtype. */
        ELEMENT,
        /** {@code torch.device(kind, index)}: where an array was. */
        DEVICE
    }

    private static final Map<String, ElementType> STORAGES = Map.of(
            "FloatStorage", ElementType.FLOAT32,
            "DoubleStorage", ElementType.FLOAT64,
            "HalfStorage", ElementType.FLOAT16,
            "BFloat16Storage", ElementType.BFLOAT16,
            "LongStorage", ElementType.INT64,
            "IntStorage", ElementType.INT32,
            "ShortStorage", ElementType.INT16,
            "CharStorage", ElementType.INT8,
            "ByteStorage", ElementType.UINT8,
            "BoolStorage", ElementType.BOOL);

    private static final Map<String, ElementType> DTYPES = Map.ofEntries(
            Map.entry("float32", ElementType.FLOAT32),
            Map.entry("float64", ElementType.FLOAT64),
            Map.entry("float16", ElementType.FLOAT16),
            Map.entry("bfloat16", ElementType.BFLOAT16),
            Map.entry("float8_e4m3fn", ElementType.FLOAT8_E4M3FN),
            Map.entry("float8_e5m2", ElementType.FLOAT8_E5M2),
            Map.entry("int64", ElementType.INT64),
            Map.entry("int32", ElementType.INT32),
            Map.entry("int16", ElementType.INT16),
            Map.entry("int8", ElementType.INT8),
            Map.entry("uint8", ElementType.UINT8),
            Map.entry("bool", ElementType.BOOL));

    private static final Map<String, Role> FUNCTIONS = Map.of(
            "collections OrderedDict", Role.DICT,
            "collections Counter", Role.DICT,
            "torch Size", Role.SIZE,
            "torch device", Role.DEVICE,
            "torch._utils _rebuild_tensor_v2", Role.TENSOR,
            "torch._utils _rebuild_tensor_v3", Role.TENSOR,
            "torch._utils _rebuild_parameter", Role.PARAMETER);

    /** @throws InvalidInputException that names what isn't known */
    static PickledGlobal of(String module, String name, String who) {
        String full = module + " " + name;
        if (FUNCTIONS.containsKey(full)) {
            return new PickledGlobal(full, null, FUNCTIONS.get(full));
        }
        if (full.equals("torch.storage UntypedStorage")) {
            return new PickledGlobal(full, ElementType.UINT8, Role.ELEMENT);
        }
        ElementType element = module.equals("torch") ? STORAGES.getOrDefault(name, DTYPES.get(name)) : null;
        if (element == null) {
            throw InvalidInputException.of(
                    who, "a file of arrays", "one that asks for Python's " + module + "." + name, REMEDY);
        }
        return new PickledGlobal(full, element, Role.ELEMENT);
    }

    /** What the call of this name would build. */
    Object call(List<?> arguments, String who) {
        return switch (role) {
            case DICT -> dict(arguments, who);
            case SIZE -> single(arguments, List.class, who);
            case TENSOR -> StoredTensor.of(arguments, who);
            case PARAMETER -> parameter(arguments, who);
            case DEVICE -> Pickle.described(arguments.isEmpty() ? Pickle.NONE : arguments.get(0));
            case ELEMENT -> throw InvalidInputException.of(who, "no call of " + name, "one", REMEDY);
        };
    }

    private Object parameter(List<?> arguments, String who) {
        if (!arguments.isEmpty() && arguments.get(0) instanceof StoredTensor tensor) {
            return tensor;
        }
        throw InvalidInputException.of(who, "a tensor for " + name, "something else", "The file is damaged.");
    }

    private <T> T single(List<?> arguments, Class<T> type, String who) {
        if (arguments.size() == 1 && type.isInstance(arguments.get(0))) {
            return type.cast(arguments.get(0));
        }
        throw InvalidInputException.of(who, "one list for " + name, "something else", "The file is damaged.");
    }

    private Map<Object, Object> dict(List<?> arguments, String who) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (arguments.isEmpty()) {
            return dict;
        }
        if (arguments.size() == 1 && arguments.get(0) instanceof Map<?, ?> pairs) {
            dict.putAll(pairs);
            return dict;
        }
        throw InvalidInputException.of(who, "an empty " + name, "one with content", REMEDY);
    }

    @Override
    public String toString() {
        return name.replace(' ', '.');
    }
}
