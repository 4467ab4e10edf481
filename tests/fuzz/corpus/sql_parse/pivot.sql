PIVOT t ON b IN ('x', 'y') USING sum(d) AS s GROUP BY a
