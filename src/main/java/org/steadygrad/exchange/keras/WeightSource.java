package org.steadygrad.exchange.keras;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.graph.Weight;

/**
 * Where the arrays of a layer's variables are: by the layer's group as Keras 3 names it and the variable's place among the layer's own, whatever the
 * file's layout. Each array is read once, so that layers that are called several times share it.
 */
abstract class WeightSource {
    private final Map<String, Weight> read = new HashMap<>();

    /** @param name that the array gets */
    final Weight get(String group, int index, String name) {
        return read.computeIfAbsent(group + "/" + index, key -> {
            Weight found = find(group, index, name);
            for (float value : found.values()) {
                if (!Float.isFinite(value)) {
                    throw new ForeignModelException(file().name() + ": expected finite numbers in " + name + ", got "
                            + value + ". The network is spoiled; take an earlier one.");
                }
            }
            return found;
        });
    }

    abstract Weight find(String group, int index, String name);

    abstract H5File file();

    /** Checks that the group is that of the layer, where the file tells. */
    void checkName(String group, String layer) {}

    /** Says that a variable isn't needed. */
    void skip(String group, int index) {}

    /** Says what became of data sets that no layer asked for. @throws ForeignModelException if one can't be explained */
    abstract void done(ReadReport report);

    /** The layout of {@code .weights.h5}: groups by class and order, variables by number. */
    static final class Numbered extends WeightSource {
        private final H5File file;
        private final Set<String> used = new HashSet<>();

        Numbered(H5File file) {
            this.file = file;
        }

        @Override
        H5File file() {
            return file;
        }

        private static String path(String group, int index) {
            return (group.isEmpty() ? "" : group + "/") + "vars/" + index;
        }

        @Override
        void skip(String group, int index) {
            used.add(path(group, index));
        }

        @Override
        Weight find(String group, int index, String name) {
            used.add(path(group, index));
            return file.weight(path(group, index), name);
        }

        @Override
        void checkName(String group, String layer) {
            List<String> names = file.texts(group + "/vars", "name");
            if (!names.isEmpty() && !names.get(0).equals(layer)) {
                throw new ForeignModelException(file.name() + ": expected weights of layer \"" + layer + "\" in group "
                        + group + ", got those of \"" + names.get(0)
                        + "\". Configuration and weights don't belong together.");
            }
        }

        @Override
        void done(ReadReport report) {
            for (String path : file.dataSets()) {
                if (used.contains(path)) {
                    report.tell(KerasZip.WEIGHTS + "/" + path, "read");
                } else if (path.startsWith("optimizer/vars/")) {
                    report.tell(
                            KerasZip.WEIGHTS + "/" + path,
                            "state of the optimizer: not taken over, training begins anew");
                } else if (path.contains("seed_generator/vars/")) {
                    report.tell(KerasZip.WEIGHTS + "/" + path, "state of a random generator: not needed");
                } else {
                    throw ForeignModelException.refused(
                            file.name() + ": a data set",
                            path,
                            "no layer of the configuration has it",
                            "Save the model anew.");
                }
            }
        }
    }

    /** The older layout: a group for each layer, with the names of its arrays in an attribute. */
    static final class Named extends WeightSource {
        private final H5File file;
        private final String root;
        private final Map<String, String> paths = new HashMap<>();
        private final Set<String> used = new HashSet<>();

        /** @param root group that has those of the layers, or nothing */
        Named(H5File file, String root) {
            this.file = file;
            this.root = root.isEmpty() ? "" : root + "/";
        }

        /**
         * Says which variables a layer has.
         *
         * @param layer its name
         * @param slots of all its variables, those that training changes first
         */
        void expect(String layer, List<Slots.Slot> slots) {
            List<String> names = new ArrayList<>(file.texts(root + layer, "weight_names"));
            for (int chunk = 0;
                    names.isEmpty()
                            && !file.texts(root + layer, "weight_names" + chunk).isEmpty();
                    chunk++) {
                names.addAll(file.texts(root + layer, "weight_names" + chunk));
            }
            List<String> unique = names.stream().distinct().toList();
            if (unique.size() != slots.size()) {
                throw new ForeignModelException(
                        file.name() + ": expected " + slots.size() + " arrays for layer \"" + layer + "\", got "
                                + unique.size() + " " + unique + ". Configuration and weights don't belong together.");
            }
            for (int i = 0; i < slots.size(); i++) {
                paths.put(slots.get(i).group() + "/" + slots.get(i).index(), root + layer + "/" + unique.get(i));
            }
        }

        @Override
        H5File file() {
            return file;
        }

        @Override
        void skip(String group, int index) {
            used.add(paths.get(group + "/" + index));
        }

        @Override
        Weight find(String group, int index, String name) {
            String path = paths.get(group + "/" + index);
            if (path == null) {
                throw new ForeignModelException(file.name() + ": expected an array for " + name
                        + ", got none. Configuration and weights don't belong together.");
            }
            used.add(path);
            return file.weight(path, name);
        }

        @Override
        void done(ReadReport report) {
            for (String path : file.dataSets()) {
                if (used.contains(path)) {
                    report.tell(path, "read");
                } else if (path.startsWith("optimizer_weights/")) {
                    report.tell(path, "state of the optimizer: not taken over, training begins anew");
                } else {
                    throw ForeignModelException.refused(
                            file.name() + ": a data set",
                            path,
                            "no layer of the configuration has it",
                            "Save the model anew.");
                }
            }
        }
    }
}
