package org.steadygrad.engine.cuda.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What machine code says of the kernels in it. A CUBIN is an ELF file: its section ".nv.info" holds registers and stack frames
 * by symbol, ".nv.shared.NAME" is as large as the static shared memory of a kernel.
 */
final class Cubin {
    private static final int SECTION_TABLE = 40;
    private static final int SECTION_COUNT = 60;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int SYMBOL_TABLE = 2;

    /** Attributes of ".nv.info": a format, a number, and with this format the length of what follows. */
    private static final int WITH_LENGTH = 4;

    private static final int FRAME_BYTES = 0x11;
    private static final int REGISTERS = 0x2f;

    private final ByteBuffer file;
    private final Map<String, Usage> kernels = new TreeMap<>();

    /**
     * What a kernel takes of a multiprocessor.
     *
     * @param registers of each thread
     * @param localBytes of each thread in local memory: what registers don't hold, and what they can't, such as arrays that are
     *     indexed
     * @param sharedBytes static shared memory of each block; from sm_90 on with what the system keeps for itself
     */
    record Usage(int registers, int localBytes, int sharedBytes) {}

    /** @param section [name, type, offset, size, link] */
    private record Section(String name, int type, int offset, int size, int link) {}

    private Cubin(byte[] code) {
        file = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Usage by name of the kernel. */
    static Map<String, Usage> kernels(byte[] code) {
        Cubin cubin = new Cubin(code);
        cubin.read();
        return cubin.kernels;
    }

    private Section section(int number, int names) {
        int at = Math.toIntExact(file.getLong(SECTION_TABLE)) + number * SECTION_BYTES;
        String name = names == 0 ? "" : text(names + file.getInt(at));
        return new Section(
                name,
                file.getInt(at + 4),
                Math.toIntExact(file.getLong(at + 24)),
                Math.toIntExact(file.getLong(at + 32)),
                file.getInt(at + 40));
    }

    private String text(int at) {
        int end = at;
        while (file.get(end) != 0) {
            end++;
        }
        return new String(file.array(), at, end - at, StandardCharsets.US_ASCII);
    }

    private void read() {
        int count = Short.toUnsignedInt(file.getShort(SECTION_COUNT));
        int names = section(Short.toUnsignedInt(file.getShort(SECTION_COUNT + 2)), 0).offset;
        Section symbols = null;
        for (int i = 0; i < count; i++) {
            Section section = section(i, names);
            symbols = section.type == SYMBOL_TABLE ? section : symbols;
            if (section.name.startsWith(".text.")) {
                kernels.put(section.name.substring(".text.".length()), new Usage(0, 0, 0));
            }
        }
        for (int i = 0; i < count; i++) {
            Section section = section(i, names);
            if (section.name.equals(".nv.info")) {
                attributes(section, symbols);
            }
            kernels.computeIfPresent(
                    section.name.replaceFirst("^\\.nv\\.shared\\.", ""),
                    (name, usage) -> new Usage(usage.registers, usage.localBytes, section.size));
        }
    }

    private void attributes(Section info, Section symbols) {
        int at = info.offset;
        while (at < info.offset + info.size) {
            int format = file.get(at);
            int attribute = Byte.toUnsignedInt(file.get(at + 1));
            int length = format == WITH_LENGTH ? Short.toUnsignedInt(file.getShort(at + 2)) : 0;
            if (attribute == REGISTERS || attribute == FRAME_BYTES) {
                int symbol = symbols.offset + file.getInt(at + 4) * SYMBOL_BYTES;
                String name = text(section(symbols.link, 0).offset + file.getInt(symbol));
                int value = file.getInt(at + 8);
                kernels.computeIfPresent(
                        name,
                        (n, usage) -> attribute == REGISTERS
                                ? new Usage(value, usage.localBytes, usage.sharedBytes)
                                : new Usage(usage.registers, value, usage.sharedBytes));
            }
            at += 4 + length;
        }
    }
}
