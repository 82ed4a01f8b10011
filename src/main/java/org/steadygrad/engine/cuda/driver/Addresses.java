package org.steadygrad.engine.cuda.driver;

import org.bytedeco.javacpp.Pointer;

/** Device addresses as the bindings take them. */
final class Addresses {
    private Addresses() {}

    private static final class Raw extends Pointer {
        Raw(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    /** @return null for an address of 0 */
    static Pointer pointer(long address) {
        return address == 0 ? null : new Raw(address);
    }
}
