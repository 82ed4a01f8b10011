package org.steadygrad.engine.cuda.driver;

import java.nio.charset.StandardCharsets;

/** Texts as C has them. */
final class CText {
    private CText() {}

    /** What stands before the first zero. */
    static String of(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
