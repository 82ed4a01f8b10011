package org.steadygrad.model;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LayerSpec.Direction;
import org.steadygrad.spec.LayerSpec.PoolKind;
import org.steadygrad.spec.ModelSpec;

/** What a model is that its run file doesn't say in so many words. */
public final class ModelNotes {
    private ModelNotes() {}

    /** One sentence each. */
    public static List<String> of(ModelSpec model) {
        List<String> notes = new ArrayList<>();
        String both = "";
        for (int i = 0; i < model.layers().size(); i++) {
            LayerSpec layer = model.layers().get(i);
            if (layer instanceof LayerSpec.Recurrent recurrent) {
                // one that reads forward sees all of what lies below it
                both = recurrent.direction() == Direction.FORWARD ? "" : GraphAssembly.who(layer, i + 1);
            } else if (layer instanceof LayerSpec.Pool pool && !both.isEmpty()) {
                if (pool.kind() == PoolKind.LAST) {
                    notes.add(both
                            + " reads both ways, and of its outputs only that of the last step is kept (pool: last), of which"
                            + " the reverse direction has seen one step; pool: average or max use all that it reads");
                }
                both = "";
            }
        }
        return notes;
    }
}
