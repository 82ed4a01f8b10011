package org.steadygrad.exchange.torch;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;

/**
 * Reads pickles (protocol 2) of PyTorch's state dicts. The language of pickles can call any function of Python's; this reader calls none: it
 * knows the operations that build numbers, texts, tuples, lists, dicts and tensors, and the names in {@link PickledGlobal}. Anything else is refused
 * by name. What is built is never larger than the pickle is long.
 */
final class Pickle {
    /** What {@code None} is read as. */
    static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    private static final Object MARK = new Object();
    private static final int LONGEST_LINE = 512;
    private static final int LONGEST_INTEGER = 8;

    private final ByteBuffer bytes;
    private final String who;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Pickle(byte[] pickle, String who) {
        this.bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.who = who;
    }

    /**
     * Reads one object: {@link Long}, {@link Double}, {@link Boolean}, {@link String}, {@link #NONE}, {@link List} for lists and tuples,
     * {@link Map} for dicts, {@link StoredTensor}, {@link PickledGlobal} for types of elements.
     *
     * @param who for errors
     * @throws InvalidInputException of anything that isn't known
     */
    static Object read(byte[] pickle, String who) {
        try {
            return new Pickle(pickle, who).run();
        } catch (BufferUnderflowException e) {
            throw new InvalidInputException(
                    damaged(who, "a whole pickle", "its end after " + pickle.length + " bytes")
                            .getMessage(),
                    e);
        }
    }

    private Object run() {
        while (true) {
            int position = bytes.position();
            int code = Byte.toUnsignedInt(bytes.get());
            if (code == '.') {
                Object result = pop();
                if (!stack.isEmpty()) {
                    throw damaged("one object", stack.size() + 1);
                }
                return result;
            }
            if (!constant(code) && !collection(code) && !memory(code)) {
                throw refused("operation " + name(code) + " at byte " + position);
            }
        }
    }

    private static String name(int code) {
        return code > ' ' && code < 0x7f ? "'" + (char) code + "'" : "0x" + Integer.toHexString(code);
    }

    /** Operations that put a value on the stack. */
    private boolean constant(int code) {
        switch (code) {
            case 'N' -> push(NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) Byte.toUnsignedInt(bytes.get()));
            case 'M' -> push((long) Short.toUnsignedInt(bytes.getShort()));
            case 'J' -> push((long) bytes.getInt());
            case 0x8a -> push(integer());
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
            case 'X' -> push(text());
            case 'c' -> push(PickledGlobal.of(line(), line(), who));
            case ')' -> push(List.of());
            case ']' -> push(new ArrayList<>());
            case '}' -> push(new LinkedHashMap<>());
            case '(' -> push(MARK);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Operations that put values from the stack together. */
    private boolean collection(int code) {
        switch (code) {
            case 't' -> push(List.copyOf(toMark()));
            case 0x85 -> push(List.copyOf(top(1)));
            case 0x86 -> push(List.copyOf(top(2)));
            case 0x87 -> push(List.copyOf(top(3)));
            case 'a' -> {
                Object value = pop();
                list().add(value);
            }
            case 'e' -> {
                List<Object> values = toMark();
                list().addAll(values);
            }
            case 's' -> {
                List<Object> pair = top(2);
                put(pair.get(0), pair.get(1));
            }
            case 'u' -> {
                List<Object> pairs = toMark();
                if (pairs.size() % 2 != 0) {
                    throw damaged("keys with values", pairs.size() + " objects");
                }
                for (int i = 0; i < pairs.size(); i += 2) {
                    put(pairs.get(i), pairs.get(i + 1));
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Operations on the memo, and those that call. */
    private boolean memory(int code) {
        switch (code) {
            case 0x80 -> requireProtocol(Byte.toUnsignedInt(bytes.get()));
            case 'q' -> memo.put(Byte.toUnsignedInt(bytes.get()), peek());
            case 'r' -> memo.put(bytes.getInt(), peek());
            case 'h' -> push(remembered(Byte.toUnsignedInt(bytes.get())));
            case 'j' -> push(remembered(bytes.getInt()));
            case 'Q' -> push(StoredTensor.Storage.of(pop(), who));
            case 'R' -> {
                List<Object> call = top(2);
                push(call(call.get(0), call.get(1)));
            }
            case 'b' -> {
                // OrderedDict's attribute _metadata, versions of modules
                Object state = pop();
                if (!(peek() instanceof Map) || !(state instanceof Map)) {
                    throw refused("the state of an object other than a dict's");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object call(Object function, Object arguments) {
        if (!(function instanceof PickledGlobal global) || !(arguments instanceof List<?> list)) {
            throw refused("a call of " + described(function));
        }
        return global.call(list, who);
    }

    private void requireProtocol(int version) {
        if (version != 2) {
            throw InvalidInputException.of(
                    who,
                    "a pickle of protocol 2, as torch.save writes it",
                    "protocol " + version,
                    "Save it with torch.save.");
        }
    }

    private long integer() {
        int length = Byte.toUnsignedInt(bytes.get());
        if (length > LONGEST_INTEGER) {
            throw damaged("a whole number of at most 64 bits", length + " bytes");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= Byte.toUnsignedLong(bytes.get()) << (Byte.SIZE * i);
        }
        int unused = Long.SIZE - Byte.SIZE * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private String text() {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw damaged("a text of at most " + bytes.remaining() + " bytes", Integer.toUnsignedString(length));
        }
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = bytes.get(); c != '\n'; c = bytes.get()) {
            line.append((char) (c & 0xff));
            if (line.length() > LONGEST_LINE) {
                throw damaged("names of at most " + LONGEST_LINE + " bytes", line);
            }
        }
        return line.toString();
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object peek() {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw damaged("an object on the stack", "none");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object value = peek();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Object> top(int count) {
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(0, pop());
        }
        return values;
    }

    private List<Object> toMark() {
        int mark = stack.size() - 1;
        while (mark >= 0 && stack.get(mark) != MARK) {
            mark--;
        }
        if (mark < 0) {
            throw damaged("a mark on the stack", "none");
        }
        List<Object> rest = stack.subList(mark, stack.size());
        List<Object> values = new ArrayList<>(rest.subList(1, rest.size()));
        rest.clear();
        return values;
    }

    @SuppressWarnings("unchecked")
    private List<Object> list() {
        if (peek() instanceof ArrayList<?> list) {
            return (List<Object>) list;
        }
        throw damaged("a list to append to", described(peek()));
    }

    @SuppressWarnings("unchecked")
    private void put(Object key, Object value) {
        if (!(peek() instanceof Map<?, ?> map)) {
            throw damaged("a dict to put into", described(peek()));
        }
        if (!(key instanceof String || key instanceof Long || key instanceof Boolean || key instanceof Double)) {
            throw refused("a dict whose key is " + described(key));
        }
        ((Map<Object, Object>) map).put(key, value);
    }

    private Object remembered(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw damaged("an object remembered as " + index, "none");
        }
        return value;
    }

    /** Not the content, which may contain itself. */
    static String described(Object value) {
        if (value instanceof Map) {
            return "a dict";
        }
        if (value instanceof List) {
            return "a list or tuple";
        }
        return value == null ? "nothing" : value.toString();
    }

    private InvalidInputException damaged(String expected, Object got) {
        return damaged(who, expected, got);
    }

    private static InvalidInputException damaged(String who, String expected, Object got) {
        return InvalidInputException.of(who, expected, got, "The file is damaged.");
    }

    private InvalidInputException refused(String what) {
        return InvalidInputException.of(
                who, "a pickle of numbers, texts, lists, dicts and tensors", what, PickledGlobal.REMEDY);
    }
}
