package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.steadygrad.report.RunView;
import org.steadygrad.runlog.RunEvent;

@Timeout(20)
class FeedTest {
    @Test
    void runIsNeverHeldUpWhenNobodySweeps() {
        Feed feed = new Feed(new RunView("x"), view -> view);
        for (int i = 1; i <= Feed.CAPACITY + 17; i++) {
            feed.happened(new RunEvent.Step(i, 0, 1, 1, 1, 1, true, 1, 1));
            assertEquals(i > Feed.CAPACITY / 2, feed.fills(), "after " + i);
        }
        assertEquals(17, feed.lost());
        assertTrue(feed.sweep());
        assertFalse(feed.sweep());
        assertEquals(Feed.CAPACITY, feed.view().json().at("/progress/iteration").asInt());
        feed.happened(new RunEvent.Step(Feed.CAPACITY + 18, 0, 1, 1, 1, 1, true, 1, 1));
        feed.sweep();
        assertEquals(
                Feed.CAPACITY + 18, feed.view().json().at("/progress/iteration").asInt(), "there is room again");
    }
}
