package org.steadygrad.exchange.array;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arrays by name, in the file's order.
 *
 * @param arrays by name
 * @param metadata texts that stand beside them
 */
public record NamedArrays(Map<String, StoredArray> arrays, Map<String, String> metadata) {
    public NamedArrays {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
}
