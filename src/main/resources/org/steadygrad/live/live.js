/* Feeds the page from the run's server-sent events: 'view' is all there is, 'change' what has changed since, 'end' the end. */
(function (sg) {
    'use strict';

    var view = null;
    var shown = false;
    var stale = false;

    /* Change is [value], or has changes by member or index in m and an array's length in n. */
    function changed(old, change) {
        if (Array.isArray(change)) {
            return change[0];
        }
        Object.keys(change.m).forEach(function (name) {
            old[name] = changed(old[name], change.m[name]);
        });
        if (change.n !== undefined) {
            old.length = change.n;
        }
        return old;
    }

    /* Nothing is drawn where nobody looks. */
    function draw() {
        if (view && stale && !document.hidden) {
            stale = false;
            (shown ? sg.update : sg.show)([view]);
            shown = true;
        }
    }

    function say(text) {
        var lost = view && view.lost ? ' ' + view.lost + ' rows came too fast and are missing here.' : '';
        if (document.getElementById('note').textContent !== text + lost) {
            sg.note(text + lost);
        }
    }

    var events = new EventSource('events' + location.search);
    events.addEventListener('view', function (event) {
        view = JSON.parse(event.data);
        stale = true;
        draw();
        say('Live');
    });
    events.addEventListener('change', function (event) {
        view = changed(view, JSON.parse(event.data));
        stale = true;
        draw();
        say('Live');
    });
    events.addEventListener('end', function () {
        events.close();
        say('The run has ended.');
    });
    events.onerror = function () {
        say(events.readyState === EventSource.CLOSED ? 'No connection to the run. Load the page again.' : 'Connection lost, trying again.');
    };
    document.addEventListener('visibilitychange', draw);
    document.querySelector('footer p').textContent = 'Served by the run while it goes on; its folder gets the same as report.html. Charts: Apache ECharts, Apache License 2.0.';
}(steadygrad));
