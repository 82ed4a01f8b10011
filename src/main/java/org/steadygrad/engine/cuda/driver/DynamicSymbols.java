package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Names in the dynamic symbol table of a shared library, read from its file (ELF, 64 bits, little-endian). A call to a
 * function that a loaded library lacks ends the whole process, so one must know beforehand.
 *
 * @param defined what the library offers
 * @param undefined what it takes from others
 * @param needed SONAMEs of the libraries that it is linked with
 */
record DynamicSymbols(Set<String> defined, Set<String> undefined, Set<String> needed) {
    private static final int MAGIC = 0x464C457F;
    private static final int CLASS_64_LITTLE = 0x0102;
    private static final int X86_64 = 62;
    private static final int ARM64 = 183;
    private static final int HEADER = 64;
    private static final int SECTION = 64;
    private static final int SYMBOL = 24;
    private static final int DYNAMIC = 6;
    private static final int DYNSYM = 11;
    private static final int ENTRY = 16;
    private static final int NEEDED = 1;

    /** @throws IOException when the file can't be read or is of another kind */
    static DynamicSymbols read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = at(channel, 0, HEADER);
            if (header.getInt(0) != MAGIC || header.getShort(4) != CLASS_64_LITTLE) {
                throw new IOException(file + " is no shared library of this kind of machine");
            }
            long sections = header.getLong(0x28);
            int count = Short.toUnsignedInt(header.getShort(0x3C));
            ByteBuffer table = at(channel, sections, (long) count * SECTION);
            DynamicSymbols found = new DynamicSymbols(new HashSet<>(), new HashSet<>(), new HashSet<>());
            for (int i = 0; i < count; i++) {
                int kind = table.getInt(i * SECTION + 4);
                if (kind == DYNSYM) {
                    found.addSymbols(section(channel, table, i), names(channel, table, i));
                } else if (kind == DYNAMIC) {
                    found.addNeeded(section(channel, table, i), names(channel, table, i));
                }
            }
            if (found.defined.isEmpty() && found.undefined.isEmpty()) {
                throw new IOException(file + " has no dynamic symbol table");
            }
            return found;
        }
    }

    /** Whether the file is a library for this machine; Java prints a warning when it is made to load something else. */
    static boolean isLibrary(Path file) {
        int machine = System.getProperty("os.arch", "").equals("aarch64") ? ARM64 : X86_64;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = at(channel, 0, HEADER);
            return header.getInt(0) == MAGIC
                    && header.getShort(4) == CLASS_64_LITTLE
                    && header.getShort(0x12) == machine;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a function is offered, under its name or with a version's ending: cuMemAlloc is cuMemAlloc_v2 in the driver. */
    static boolean offers(Set<String> names, String function) {
        if (names.contains(function)) {
            return true;
        }
        for (int version = 2; version <= 4; version++) {
            if (names.contains(function + "_v" + version)) {
                return true;
            }
        }
        return false;
    }

    private void addSymbols(ByteBuffer symbols, ByteBuffer names) throws IOException {
        for (int at = SYMBOL; at + SYMBOL <= symbols.capacity(); at += SYMBOL) {
            boolean elsewhere = symbols.getShort(at + 6) == 0;
            (elsewhere ? undefined : defined).add(name(names, symbols.getInt(at)));
        }
    }

    private void addNeeded(ByteBuffer entries, ByteBuffer names) throws IOException {
        for (int at = 0; at + ENTRY <= entries.capacity(); at += ENTRY) {
            if (entries.getLong(at) == NEEDED) {
                needed.add(name(names, (int) entries.getLong(at + 8)));
            }
        }
    }

    /** The names that a section's entries point to. */
    private static ByteBuffer names(FileChannel channel, ByteBuffer sections, int index) throws IOException {
        return section(channel, sections, sections.getInt(index * SECTION + 0x28));
    }

    private static ByteBuffer section(FileChannel channel, ByteBuffer sections, int index) throws IOException {
        int at = index * SECTION;
        if (index < 0 || at + SECTION > sections.capacity()) {
            throw new IOException("a section is named that isn't there");
        }
        return at(channel, sections.getLong(at + 0x18), sections.getLong(at + 0x20));
    }

    private static String name(ByteBuffer names, int start) throws IOException {
        int end = start;
        while (end >= 0 && end < names.capacity() && names.get(end) != 0) {
            end++;
        }
        if (start < 0 || end >= names.capacity()) {
            throw new IOException("a name lies outside of its table");
        }
        byte[] bytes = new byte[end - start];
        names.get(start, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer at(FileChannel channel, long position, long length) throws IOException {
        if (position < 0 || length < 0 || position + length > channel.size() || length > Integer.MAX_VALUE) {
            throw new IOException("the file is cut off");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file is cut off");
            }
        }
        return buffer.flip();
    }
}
