package org.steadygrad.exchange.torch;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.ElementType;

/**
 * A view of a storage, as the pickle describes it.
 *
 * @param type of the elements
 * @param offset of the first element, in elements
 * @param sizes of the axes
 * @param strides distances between neighbours along the axes, in elements; 0 where one element stands for all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredTensor(Storage storage, ElementType type, long offset, long[] sizes, long[] strides) {
    private static final int DTYPE_ARGUMENT = 6;

    /**
     * Bytes in an entry of the zip.
     *
     * @param type of its elements, as far as the storage has one
     * @param key name of the entry below {@code data/}
     * @param elements how many there are
     */
    record Storage(ElementType type, String key, long elements) {
        /** @param id {@code ("storage", class, key, device, elements)} */
        static Storage of(Object id, String who) {
            if (id instanceof List<?> parts
                    && parts.size() == 5
                    && "storage".equals(parts.get(0))
                    && parts.get(1) instanceof PickledGlobal global
                    && global.role() == PickledGlobal.Role.ELEMENT
                    && parts.get(2) instanceof String key
                    && parts.get(4) instanceof Long elements
                    && elements >= 0) {
                return new Storage(global.element(), key, elements);
            }
            throw InvalidInputException.of(
                    who, "a storage's class, key, device and size", "something else", "The file is damaged.");
        }
    }

    /** @param arguments of {@code _rebuild_tensor_v2}, or of {@code _rebuild_tensor_v3}, which has the type after them */
    static StoredTensor of(List<?> arguments, String who) {
        if (arguments.size() >= 4
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Long offset
                && arguments.get(2) instanceof List<?> sizes
                && arguments.get(3) instanceof List<?> strides
                && sizes.size() == strides.size()) {
            ElementType type = arguments.size() > DTYPE_ARGUMENT
                            && arguments.get(DTYPE_ARGUMENT) instanceof PickledGlobal dtype
                            && dtype.element() != null
                    ? dtype.element()
                    : storage.type();
            return new StoredTensor(storage, type, offset, longs(sizes, who), longs(strides, who));
        }
        throw InvalidInputException.of(
                who, "a tensor's storage, offset, sizes and strides", "something else", "The file is damaged.");
    }

    private static long[] longs(List<?> numbers, String who) {
        long[] longs = new long[numbers.size()];
        for (int i = 0; i < longs.length; i++) {
            if (!(numbers.get(i) instanceof Long number)) {
                throw InvalidInputException.of(
                        who, "whole numbers as sizes and strides", numbers.size() + " others", "The file is damaged.");
            }
            longs[i] = number;
        }
        return longs;
    }

    @Override
    public String toString() {
        return "a tensor " + Arrays.toString(sizes);
    }
}
