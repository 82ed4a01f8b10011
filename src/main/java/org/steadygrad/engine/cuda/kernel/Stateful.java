package org.steadygrad.engine.cuda.kernel;

import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;

/** A kernel that starts from a state and leaves one; [examples, units] each, h and for an LSTM c as well. */
public interface Stateful {
    /** Filled before every forward pass. */
    List<DeviceMemory> initialState();

    /** What the last forward pass left; empty when nothing is carried on, as in reverse. */
    List<DeviceMemory> finalState();
}
